#include "service/http/request_handlers.h"

#include <utility>

namespace sharpen::server {
namespace {

constexpr std::size_t max_text_bytes = 1 << 20;

class WithoutBody final : public RequestHandler {
 public:
  explicit WithoutBody(std::function<Answer()> answer) : answer_(std::move(answer)) {}
  Checked<void> take_body(std::string_view) override { return {}; }
  void finish(const Reply& reply) override { reply.send(answer_()); }

 private:
  std::function<Answer()> answer_;
};

class WithText final : public RequestHandler {
 public:
  explicit WithText(std::function<Answer(std::string)> answer) : answer_(std::move(answer)) {}
  Checked<void> take_body(std::string_view piece) override {
    if (body_.size() + piece.size() > max_text_bytes) return std::unexpected(error_answer(413));
    body_.append(piece);
    return {};
  }
  void finish(const Reply& reply) override { reply.send(answer_(std::move(body_))); }

 private:
  std::function<Answer(std::string)> answer_;
  std::string body_;
};

class WithForm final : public RequestHandler {
 public:
  WithForm(std::unique_ptr<FormReader> reader, std::function<void(Form, const Reply&)> answer)
      : reader_(std::move(reader)), answer_(std::move(answer)) {}
  Checked<void> take_body(std::string_view piece) override { return reader_->feed(piece); }
  void finish(const Reply& reply) override {
    auto form = reader_->finish();
    if (form)
      answer_(*std::move(form), reply);
    else
      reply.send(std::move(form).error());
  }

 private:
  std::unique_ptr<FormReader> reader_;
  std::function<void(Form, const Reply&)> answer_;
};

}  // namespace

std::unique_ptr<RequestHandler> without_body(std::function<Answer()> answer) {
  return std::make_unique<WithoutBody>(std::move(answer));
}

std::unique_ptr<RequestHandler> with_text(std::function<Answer(std::string)> answer) {
  return std::make_unique<WithText>(std::move(answer));
}

std::unique_ptr<RequestHandler> with_form(std::unique_ptr<FormReader> reader,
                                          std::function<void(Form, const Reply&)> answer) {
  return std::make_unique<WithForm>(std::move(reader), std::move(answer));
}

}  // namespace sharpen::server
