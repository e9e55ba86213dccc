#include "client/keys/keys.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libsecret/secret.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "base/glib_error.h"
#include "client/jobs/resolve_service.h"
#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* topaz = "https://api.topazlabs.com";
constexpr const char* secret = "recognisable-0123456789";

/// A session bus on which no program starts by itself.
class PrivateBus {
 public:
  PrivateBus() {
    const auto config = folder_.path() / "bus.conf";
    std::ofstream(config) << "<busconfig><type>session</type><listen>unix:dir="
                          << folder_.path().string()
                          << "</listen><auth>EXTERNAL</auth><policy context='default'>"
                             "<allow send_destination='*' eavesdrop='true'/>"
                             "<allow eavesdrop='true'/><allow own='*'/>"
                             "</policy></busconfig>";
    GErrorGuard error;
    process_ = Ref<GSubprocess>::adopt(
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, error.out(), "dbus-daemon", "--nofork",
                         "--print-address", ("--config-file=" + config.string()).c_str(), nullptr));
    if (!process_) throw std::runtime_error(error.message());
    const auto lines = Ref<GDataInputStream>::adopt(
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
    const OwnedChars line(
        g_data_input_stream_read_line(lines.get(), nullptr, nullptr, error.out()));
    if (!line) throw std::runtime_error("no session bus");
    address_ = line.get();
    g_setenv("DBUS_SESSION_BUS_ADDRESS", address_.c_str(), TRUE);
  }
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;
  ~PrivateBus() {
    g_subprocess_force_exit(process_.get());
    g_subprocess_wait(process_.get(), nullptr, nullptr);
  }
  [[nodiscard]] const char* address() const { return address_.c_str(); }

 private:
  TestFolder folder_;
  Ref<GSubprocess> process_;
  std::string address_;
};

/// gnome-keyring-daemon with an unlocked, empty keyring.
class KeyringDaemon {
 public:
  explicit KeyringDaemon(const std::filesystem::path& folder) {
    const auto launcher =
        Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(static_cast<GSubprocessFlags>(
            G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
            G_SUBPROCESS_FLAGS_STDERR_SILENCE)));
    const auto control = folder / "control";
    std::filesystem::create_directories(control);
    std::filesystem::permissions(control, std::filesystem::perms::owner_all);
    g_subprocess_launcher_setenv(launcher.get(), "XDG_DATA_HOME", (folder / "data").c_str(), TRUE);
    GErrorGuard error;
    process_ = Ref<GSubprocess>::adopt(g_subprocess_launcher_spawn(
        launcher.get(), error.out(), "gnome-keyring-daemon", "--foreground", "--unlock",
        "--components=secrets", "--control-directory", control.c_str(), nullptr));
    if (!process_) throw std::runtime_error(error.message());
    auto* input = g_subprocess_get_stdin_pipe(process_.get());
    g_output_stream_write_all(input, "\n", 1, nullptr, nullptr, nullptr);
    g_output_stream_close(input, nullptr, nullptr);
  }
  KeyringDaemon(const KeyringDaemon&) = delete;
  KeyringDaemon& operator=(const KeyringDaemon&) = delete;
  ~KeyringDaemon() {
    g_subprocess_force_exit(process_.get());
    g_subprocess_wait(process_.get(), nullptr, nullptr);
  }

 private:
  Ref<GSubprocess> process_;
};

class KeysTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    bus_.emplace();
    // GDBus ends a process whose bus ends, unless it is told not to.
    shared_ = Ref<GDBusConnection>::adopt(g_bus_get_sync(G_BUS_TYPE_SESSION, nullptr, nullptr));
    g_dbus_connection_set_exit_on_close(shared_.get(), FALSE);
  }
  static void TearDownTestSuite() {
    secret_service_disconnect();
    shared_ = {};
    bus_.reset();
  }
  void SetUp() override {
    for (const char* name : {"TOPAZ_API_KEY", "AIMLAPI_KEY", "SHARPEN_SERVICE_KEY"})
      g_unsetenv(name);
    wait_for_owner(false);
  }

  [[nodiscard]] static bool has_owner() {
    const auto* address = bus_->address();
    const auto connection = Ref<GDBusConnection>::adopt(g_dbus_connection_new_for_address_sync(
        address,
        static_cast<GDBusConnectionFlags>(G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION),
        nullptr, nullptr, nullptr));
    GVariant* answer = g_dbus_connection_call_sync(
        connection.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "NameHasOwner", g_variant_new("(s)", "org.freedesktop.secrets"), nullptr,
        G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);
    gboolean owned = FALSE;
    g_variant_get(answer, "(b)", &owned);
    g_variant_unref(answer);
    return owned;
  }
  static void wait_for_owner(bool owned) {
    for (int tries = 0; tries < 1000 && has_owner() != owned; ++tries)
      std::this_thread::sleep_for(10ms);
    ASSERT_EQ(has_owner(), owned);
  }
  void start_keyring() {
    keyring_.emplace(folder_.path());
    wait_for_owner(true);
  }

  TestFolder folder_;
  Home home_{.program = {}, .user = folder_.path() / "user", .ca_file = {}};
  std::optional<KeyringDaemon> keyring_;
  static inline std::optional<PrivateBus> bus_;
  static inline Ref<GDBusConnection> shared_;
};

/// Somebody who has the keyring's name and never answers.
class SilentKeyring {
 public:
  explicit SilentKeyring(const char* address)
      : connection_(Ref<GDBusConnection>::adopt(g_dbus_connection_new_for_address_sync(
            address,
            static_cast<GDBusConnectionFlags>(G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION),
            nullptr, nullptr, nullptr))) {
    g_dbus_connection_add_filter(
        connection_.get(),
        [](GDBusConnection*, GDBusMessage* message, gboolean incoming, gpointer) -> GDBusMessage* {
          const bool call =
              g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL;
          if (!incoming || !call) return message;
          g_object_unref(message);
          return nullptr;
        },
        nullptr, nullptr);
    GVariant* answer = g_dbus_connection_call_sync(
        connection_.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", "org.freedesktop.secrets", 4U), nullptr,
        G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);
    g_variant_unref(answer);
  }
  SilentKeyring(const SilentKeyring&) = delete;
  SilentKeyring& operator=(const SilentKeyring&) = delete;
  ~SilentKeyring() { g_dbus_connection_close_sync(connection_.get(), nullptr, nullptr); }

 private:
  Ref<GDBusConnection> connection_;
};

TEST_F(KeysTest, TheEnvironmentComesFirst) {
  g_setenv("TOPAZ_API_KEY", " from-environment\n", TRUE);
  const auto found = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->key, "from-environment");
  EXPECT_EQ((*found)->place, KeyPlace::environment);
  EXPECT_FALSE(*find_key(ServiceKind::aimlapi, "https://api.aimlapi.com", home_, nullptr));
  EXPECT_FALSE(*find_key(ServiceKind::this_computer, "", home_, nullptr));
}

TEST_F(KeysTest, AVendorsKeyIsForTheVendorOnly) {
  g_setenv("TOPAZ_API_KEY", secret, TRUE);
  for (const char* origin : {"https://api.topazlabs.com.evil.example", "https://evil.example",
                             "https://api.topazlabs.com:444", "https://10.0.0.1"})
    EXPECT_FALSE(*find_key(ServiceKind::topaz, origin, home_, nullptr)) << origin;
  EXPECT_TRUE(*find_key(ServiceKind::topaz, "http://127.0.0.1:8080", home_, nullptr));
  EXPECT_TRUE(*find_key(ServiceKind::topaz, "https://api.topazlabs.com/", home_, nullptr));
}

TEST_F(KeysTest, AVariableThatIsNoKeyIsSaid) {
  g_setenv("AIMLAPI_KEY", "two words", TRUE);
  const auto found = find_key(ServiceKind::aimlapi, "https://api.aimlapi.com", home_, nullptr);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("AIMLAPI_KEY"));
  EXPECT_THAT(found.error().text(), Not(HasSubstr("two words")));
  g_setenv("AIMLAPI_KEY", " ", TRUE);
  EXPECT_FALSE(*find_key(ServiceKind::aimlapi, "https://api.aimlapi.com", home_, nullptr));
}

TEST_F(KeysTest, ADesktopWithoutAKeyringHasNoKey) {
  const auto found = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_FALSE(*found);
  const auto stored =
      store_key(ServiceKind::topaz, topaz, secret, KeyPlace::keyring, home_, nullptr);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind, ErrorKind::io);
  EXPECT_THAT(stored.error().hint, HasSubstr("file"));
  EXPECT_TRUE(forget_key(ServiceKind::topaz, topaz, home_, nullptr));
}

TEST_F(KeysTest, TheKeyringKeepsFindsAndForgets) {
  start_keyring();
  EXPECT_FALSE(*find_key(ServiceKind::topaz, topaz, home_, nullptr));
  const auto stored = store_key(ServiceKind::topaz, topaz, std::string(secret) + "\n",
                                KeyPlace::keyring, home_, nullptr);
  ASSERT_TRUE(stored) << stored.error().text();
  const auto found = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->key, secret);
  EXPECT_EQ((*found)->place, KeyPlace::keyring);
  // Other services and other origins have keys of their own.
  EXPECT_FALSE(*find_key(ServiceKind::aimlapi, topaz, home_, nullptr));
  EXPECT_FALSE(*find_key(ServiceKind::topaz, "https://evil.example", home_, nullptr));
  ASSERT_TRUE(store_key(ServiceKind::own_server, "https://a.example", "a-key", KeyPlace::keyring,
                        home_, nullptr));
  EXPECT_FALSE(*find_key(ServiceKind::own_server, "https://b.example", home_, nullptr));
  EXPECT_EQ((*find_key(ServiceKind::own_server, "https://a.example", home_, nullptr))->key,
            "a-key");

  ASSERT_TRUE(store_key(ServiceKind::topaz, topaz, "another", KeyPlace::keyring, home_, nullptr));
  EXPECT_EQ((*find_key(ServiceKind::topaz, topaz, home_, nullptr))->key, "another");
  ASSERT_TRUE(forget_key(ServiceKind::topaz, topaz, home_, nullptr));
  EXPECT_FALSE(*find_key(ServiceKind::topaz, topaz, home_, nullptr));
  EXPECT_FALSE(std::filesystem::exists(home_.keys())) << "nothing went into a file";
}

TEST_F(KeysTest, ALockedKeyringIsAnErrorAndNotAMissingKey) {
  start_keyring();
  ASSERT_TRUE(store_key(ServiceKind::topaz, topaz, secret, KeyPlace::keyring, home_, nullptr));
  GErrorGuard error;
  const auto service = Ref<SecretService>::adopt(
      secret_service_get_sync(SECRET_SERVICE_LOAD_COLLECTIONS, nullptr, error.out()));
  ASSERT_TRUE(service) << error.message();
  GList* collections = secret_service_get_collections(service.get());
  EXPECT_GT(secret_service_lock_sync(service.get(), collections, nullptr, nullptr, error.out()), 0);
  g_list_free_full(collections, g_object_unref);
  const auto found = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  ASSERT_FALSE(found) << "found in a locked keyring: " << found->has_value();
  EXPECT_EQ(found.error().kind, ErrorKind::io);
  EXPECT_THAT(found.error().message, HasSubstr("locked"));
  EXPECT_THAT(found.error().hint, HasSubstr("Unlock"));
  // And so "automatic" does not choose a service that the user did not mean.
  const auto resolved = resolve_service(Settings(), home_, nullptr);
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().kind, ErrorKind::io);
}

TEST_F(KeysTest, AKeyringThatDoesNotAnswerIsAnErrorAfterThreeSeconds) {
  const SilentKeyring silent(bus_->address());
  wait_for_owner(true);
  const auto start = std::chrono::steady_clock::now();
  const auto found = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  const auto waited = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::io);
  EXPECT_GE(waited, 2s);
  EXPECT_LT(waited, 6s);
  // A key in the file that the user chose still works.
  ASSERT_TRUE(store_key(ServiceKind::topaz, topaz, secret, KeyPlace::file, home_, nullptr));
  EXPECT_EQ((*find_key(ServiceKind::topaz, topaz, home_, nullptr))->key, secret);
}

TEST_F(KeysTest, CancellingEndsTheWait) {
  const SilentKeyring silent(bus_->address());
  wait_for_owner(true);
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  const std::jthread canceller([&] {
    std::this_thread::sleep_for(100ms);
    g_cancellable_cancel(cancellable.get());
  });
  const auto start = std::chrono::steady_clock::now();
  const auto found = find_key(ServiceKind::topaz, topaz, home_, cancellable.get());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

TEST_F(KeysTest, TheFileIsPrivateAndOnlyByChoice) {
  ASSERT_TRUE(store_key(ServiceKind::topaz, topaz, secret, KeyPlace::file, home_, nullptr));
  struct stat status = {};
  ASSERT_EQ(::stat(home_.keys().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto found = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->key, secret);
  EXPECT_EQ((*found)->place, KeyPlace::file);

  ASSERT_EQ(::chmod(home_.keys().c_str(), 0640), 0);
  const auto exposed = find_key(ServiceKind::topaz, topaz, home_, nullptr);
  ASSERT_FALSE(exposed);
  EXPECT_THAT(exposed.error().hint, HasSubstr("600"));
  ASSERT_EQ(::chmod(home_.keys().c_str(), 0600), 0);
  ASSERT_TRUE(forget_key(ServiceKind::topaz, topaz, home_, nullptr));
  EXPECT_FALSE(std::filesystem::exists(home_.keys()));

  std::ofstream(home_.keys()) << "not JSON";
  ASSERT_EQ(::chmod(home_.keys().c_str(), 0600), 0);
  EXPECT_FALSE(find_key(ServiceKind::topaz, topaz, home_, nullptr));
}

TEST_F(KeysTest, WhatIsNoKeyIsNotKept) {
  for (const char* text : {"", " \n", "two words", "line\nbreak", "non-ascii-\xc3\xa9"})
    for (const auto place : {KeyPlace::keyring, KeyPlace::file})
      EXPECT_EQ(store_key(ServiceKind::topaz, topaz, text, place, home_, nullptr).error().kind,
                ErrorKind::bad_argument)
          << text;
  EXPECT_FALSE(store_key(ServiceKind::topaz, topaz, secret, KeyPlace::environment, home_, nullptr));
}

TEST_F(KeysTest, AutomaticChoosesByTheKeysThatThereAre) {
  g_setenv("AIMLAPI_KEY", "aiml", TRUE);
  auto resolved = resolve_service(Settings(), home_, nullptr);
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->kind, ServiceKind::aimlapi);
  EXPECT_EQ(resolved->key, "aiml");
  g_setenv("TOPAZ_API_KEY", "topaz", TRUE);
  resolved = resolve_service(Settings(), home_, nullptr);
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->kind, ServiceKind::topaz);
  EXPECT_EQ(resolved->base_url, topaz);
  EXPECT_EQ(resolved->key, "topaz");
}

TEST_F(KeysTest, ANamedServiceWithoutAKeySaysHowToGetOne) {
  Settings settings;
  settings.service = "topaz";
  const auto resolved = resolve_service(settings, home_, nullptr);
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().kind, ErrorKind::no_key);
  EXPECT_THAT(resolved.error().hint, HasSubstr("TOPAZ_API_KEY"));
}

}  // namespace
}  // namespace sharpen
