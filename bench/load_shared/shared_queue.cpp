#include "bench/load_shared/shared_queue.h"

#include <csignal>
#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/service/redis_server.h"

namespace sharpen::bench {

SharedOutcome kill_one_of_three(int jobs) {
  const test::RedisServer redis;
  const test::TestFolder folder;
  std::list<test::RunningService> services;
  for (int i = 0; i < 3; ++i)
    services.emplace_back(std::vector<std::string>{
        "--queue", redis.url(), "--store", (folder.path() / "store").string(), "--balance",
        std::to_string(jobs * 2), "--visibility-timeout", "2", "--behaviour", "processing_ms=50"});
  SharedOutcome outcome{.jobs = jobs};
  std::vector<std::string> ids;
  for (auto service = services.begin(); int(ids.size()) < jobs;) {
    const test::Response sent = service->submit({{"output_format", "png"}});
    if (sent.status != 200) throw std::runtime_error("a submit was refused: " + sent.body);
    ids.push_back(sent.text("process_id"));
    if (++service == services.end()) service = services.begin();
    if (int(ids.size()) != jobs / 2) continue;
    (void)services.front().end(SIGKILL);
    services.pop_front();
    service = services.begin();
  }
  test::RunningService& asked = services.back();
  for (const std::string& id : ids) {
    (void)asked.await(id, "Completed");
    const test::Response links = test::send("GET", asked.image("/download/" + id));
    if (test::send("GET", links.text("download_url")).body != test::picture()) ++outcome.lost;
  }
  std::map<std::string, int> charges;
  const test::Response charged = test::send("GET", asked.url + "/account/v1/credits/charges");
  for (const Json& charge : charged.json()["charges"].elements())
    if (++charges[charge["process_id"].string().value_or("")] == 2) ++outcome.twice;
  return outcome;
}

}  // namespace sharpen::bench
