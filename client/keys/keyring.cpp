#include "client/keys/keyring.h"

#include <libsecret/secret.h>

#include <functional>
#include <memory>

#include "base/cancelled.h"
#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"
#include "client/http/deadline.h"

namespace sharpen {

template <>
struct RefTraits<GHashTable> {
  static void ref(GHashTable* table) { g_hash_table_ref(table); }
  static void unref(GHashTable* table) { g_hash_table_unref(table); }
};

namespace {

using namespace std::chrono_literals;

/// For the user to type the password of the keyring.
constexpr auto unlock_limit = 2min;

const SecretSchema& schema() {
  static const SecretSchema schema = [] {
    SecretSchema made{};
    made.name = "org.gimp.GIMP.Plugin.RemoteSharpen.Key";
    made.flags = SECRET_SCHEMA_NONE;
    made.attributes[0] = {"service", SECRET_SCHEMA_ATTRIBUTE_STRING};
    made.attributes[1] = {"origin", SECRET_SCHEMA_ATTRIBUTE_STRING};
    return made;
  }();
  return schema;
}

Ref<GHashTable> attributes_of(const Keyring::Name& name) {
  return Ref<GHashTable>::adopt(secret_attributes_build(&schema(), "service", name.service.c_str(),
                                                        "origin", name.origin.c_str(), nullptr));
}

struct SecretFree {
  void operator()(char* secret) const { secret_password_free(secret); }
};
using OwnedSecret = std::unique_ptr<char, SecretFree>;

struct ObjectListFree {
  void operator()(GList* list) const { g_list_free_full(list, g_object_unref); }
};

/// One exchange with the keyring. The calling thread's asynchronous calls answer to a main context
/// of its own, and all that was connected in it is let go in it: what libsecret has still to say
/// goes to the context in which it was asked, and holds memory until it is heard.
class KeyringConnection {
 public:
  KeyringConnection() { g_main_context_push_thread_default(context_.get()); }
  KeyringConnection(const KeyringConnection&) = delete;
  KeyringConnection& operator=(const KeyringConnection&) = delete;
  ~KeyringConnection() {
    secret_service_disconnect();
    while (g_main_context_iteration(context_.get(), FALSE)) {
    }
    g_main_context_pop_thread_default(context_.get());
  }

  /// Begins an asynchronous call and waits for its result.
  [[nodiscard]] Ref<GAsyncResult> await(
      const std::function<void(GAsyncReadyCallback, gpointer)>& begin) const {
    Ref<GAsyncResult> result;
    begin(
        [](GObject*, GAsyncResult* done, gpointer into) {
          *static_cast<Ref<GAsyncResult>*>(into) = Ref<GAsyncResult>::share(done);
        },
        &result);
    while (!result) g_main_context_iteration(context_.get(), TRUE);
    return result;
  }

  /// Whether there is a session bus. It is not started for us, and its end must not end GIMP's
  /// plug-in, which is what GDBus does by default.
  [[nodiscard]] bool connect(const Deadline& deadline) {
    const auto socket = std::string(g_get_user_runtime_dir()) + "/bus";
    if (!g_getenv("DBUS_SESSION_BUS_ADDRESS") && !g_file_test(socket.c_str(), G_FILE_TEST_EXISTS))
      return false;
    const auto done = await([&](GAsyncReadyCallback callback, gpointer data) {
      g_bus_get(G_BUS_TYPE_SESSION, deadline.cancellable(), callback, data);
    });
    GErrorGuard error;
    bus_ = Ref<GDBusConnection>::adopt(g_bus_get_finish(done.get(), error.out()));
    if (bus_) g_dbus_connection_set_exit_on_close(bus_.get(), FALSE);
    return bus_ || deadline.expired();
  }

 private:
  Ref<GMainContext> context_ = Ref<GMainContext>::adopt(g_main_context_new());
  Ref<GDBusConnection> bus_;
};

bool is_missing(const GErrorGuard& error) {
  return error.matches(G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         error.matches(G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

Error no_answer(const GErrorGuard& error, const Deadline& deadline, GCancellable* callers) {
  if (g_cancellable_is_cancelled(callers)) return cancelled_error();
  const char* hint =
      _("Unlock the keyring of your desktop, then try again; or name the service and set its "
        "environment variable.");
  if (deadline.expired()) return {ErrorKind::io, _("The keyring does not answer."), hint};
  return {ErrorKind::io, tr("The keyring cannot be read: {}.", error.message()), hint};
}

Error still_locked() {
  return {ErrorKind::io, _("The keyring that holds the key is locked."),
          _("Unlock the keyring of your desktop, then try again; or name the service and set its "
            "environment variable.")};
}

Error no_keyring() {
  return {ErrorKind::io, _("This desktop has no keyring that could store the key."),
          _("Set the environment variable of the service, or choose to store the key in a file.")};
}

/// Whether there is a keyring that answers, and whether it is locked around a key.
enum class Holding { no_keyring, nothing, locked, open };

Result<Holding> look(KeyringConnection& connection, const Keyring::Name& name,
                     const Deadline& deadline, GCancellable* callers) {
  if (!connection.connect(deadline)) return Holding::no_keyring;
  const auto attributes = attributes_of(name);
  const auto done = connection.await([&](GAsyncReadyCallback callback, gpointer data) {
    secret_password_searchv(&schema(), attributes.get(), SECRET_SEARCH_NONE, deadline.cancellable(),
                            callback, data);
  });
  GErrorGuard error;
  const std::unique_ptr<GList, ObjectListFree> items(
      secret_password_search_finish(done.get(), error.out()));
  if (error && is_missing(error)) return Holding::no_keyring;
  if (error) return std::unexpected(no_answer(error, deadline, callers));
  if (!items) return Holding::nothing;
  const bool locked =
      SECRET_IS_ITEM(items->data) && secret_item_get_locked(SECRET_ITEM(items->data));
  return locked ? Holding::locked : Holding::open;
}

}  // namespace

Result<std::optional<std::string>> Keyring::find(const Name& name) const {
  KeyringConnection connection;
  const auto holding = look(connection, name, Deadline(cancellable_, limit_), cancellable_);
  if (!holding) return std::unexpected(holding.error());
  if (*holding == Holding::no_keyring || *holding == Holding::nothing) return std::nullopt;
  const Deadline deadline(cancellable_, *holding == Holding::locked ? unlock_limit : limit_);
  const auto attributes = attributes_of(name);
  const auto done = connection.await([&](GAsyncReadyCallback callback, gpointer data) {
    secret_password_lookupv(&schema(), attributes.get(), deadline.cancellable(), callback, data);
  });
  GErrorGuard error;
  const OwnedSecret secret(secret_password_lookup_finish(done.get(), error.out()));
  if (error && *holding != Holding::locked)
    return std::unexpected(no_answer(error, deadline, cancellable_));
  if (g_cancellable_is_cancelled(cancellable_)) return std::unexpected(cancelled_error());
  if (!secret) return std::unexpected(still_locked());
  return secret.get();
}

Result<void> Keyring::store(const Name& name, const std::string& label,
                            const std::string& key) const {
  KeyringConnection connection;
  const auto holding = look(connection, name, Deadline(cancellable_, limit_), cancellable_);
  if (!holding) return std::unexpected(holding.error());
  if (*holding == Holding::no_keyring) return std::unexpected(no_keyring());
  const Deadline deadline(cancellable_, unlock_limit);
  const auto attributes = attributes_of(name);
  const auto done = connection.await([&](GAsyncReadyCallback callback, gpointer data) {
    secret_password_storev(&schema(), attributes.get(), SECRET_COLLECTION_DEFAULT, label.c_str(),
                           key.c_str(), deadline.cancellable(), callback, data);
  });
  GErrorGuard error;
  if (!secret_password_store_finish(done.get(), error.out()))
    return std::unexpected(no_answer(error, deadline, cancellable_));
  return {};
}

Result<void> Keyring::forget(const Name& name) const {
  KeyringConnection connection;
  const auto holding = look(connection, name, Deadline(cancellable_, limit_), cancellable_);
  if (!holding) return std::unexpected(holding.error());
  if (*holding == Holding::no_keyring || *holding == Holding::nothing) return {};
  const Deadline deadline(cancellable_, unlock_limit);
  const auto attributes = attributes_of(name);
  const auto done = connection.await([&](GAsyncReadyCallback callback, gpointer data) {
    secret_password_clearv(&schema(), attributes.get(), deadline.cancellable(), callback, data);
  });
  GErrorGuard error;
  secret_password_clear_finish(done.get(), error.out());
  if (error) return std::unexpected(no_answer(error, deadline, cancellable_));
  return {};
}

}  // namespace sharpen
