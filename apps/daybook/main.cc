// The one binary: parses the command line and hands over to a subcommand.
#include <google/protobuf/stubs/logging.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <optional>

#include "apps/daybook/subcommands.h"
#include "apps/daybook/torture/torture.h"
#include "apps/daybook/torture/torture_engine.h"

namespace {

using daybook::app::Settings;

constexpr const char* kFooter = R"(
Exit codes: 0 done; 1 it could not be done; 2 a command was refused or a check found differences;
3 nobody answers or the outcome is unknown, try again; 64 wrong usage.

Environment: DAYBOOK_DATA (data folder), DAYBOOK_HTTP (address), DAYBOOK_LOG (embedded or kafka),
DAYBOOK_BROKERS, DAYBOOK_TOPIC_PREFIX, DAYBOOK_KAFKA_CONFIG and DAYBOOK_KAFKA_... (options of librdkafka),
DATABASE_URL (instead of the private PostgreSQL), DAYBOOK_STATE_MEMORY (MiB), DAYBOOK_TOKEN_FILE (who may send what),
DAYBOOK_TOKEN (this client's own token).)";

struct CommandLine {
  Settings settings;
  std::string data;
  std::string source = "-";
  std::string organization;
  std::string id;
  std::string entity;
  std::string user;
  std::string table;
  std::uint32_t partitions = 1;
  CLI::Option* partitions_given = nullptr;
  int replication = 0;
  int target = -1;
  bool owner = false;
  bool print = false;
  daybook::torture::Options torture;
  std::uint64_t seed = 0;
  std::function<int(const Settings&)> chosen;
};

// Every subcommand has them itself, so that its --help shows them; and the program, so that they
// may stand first.
void add_common_options(CLI::App& app, CommandLine& line) {
  constexpr const char* kGroup = "Common options";
  app.add_option("--data", line.data, "Data folder (DAYBOOK_DATA).")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--http", line.settings.http, "Address of the HTTP door (DAYBOOK_HTTP).")
      ->capture_default_str()
      ->each([&line](const std::string&) { line.settings.http_given = true; })
      ->group(kGroup);
  app.add_option("--token-file", line.settings.token_file,
                 "For `up`: the file that says which token may send what (DAYBOOK_TOKEN_FILE).")
      ->capture_default_str()
      ->group(kGroup);
  app.add_flag("--json", line.settings.json, "Print JSON, for scripts.")->group(kGroup);
}

CLI::App* add(CLI::App& parent, const std::string& name, const std::string& about,
              CommandLine& line, std::function<int(const Settings&)> run) {
  CLI::App* command = parent.add_subcommand(name, about);
  command->callback([&line, run = std::move(run)] { line.chosen = run; });
  command->fallthrough();
  add_common_options(*command, line);
  return command;
}

CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& about,
                    CommandLine& line) {
  CLI::App* group = parent.add_subcommand(name, about);
  group->require_subcommand(1);
  group->fallthrough();
  add_common_options(*group, line);
  return group;
}

int run_up(const Settings& settings, daybook::app::Roles roles, const CommandLine& line) {
  const bool given = line.partitions_given->count() > 0;
  return daybook::app::run_up(settings, roles,
                              given ? std::optional<std::uint32_t>(line.partitions) : std::nullopt);
}

void add_commands(CLI::App& app, CommandLine& line) {
  namespace run = daybook::app;
  auto* up =
      add(app, "up",
          "Run everything in this process: log, commands, projections, HTTP, private PostgreSQL.",
          line, [&](const Settings& s) {
            return run_up(s, {true, true}, line);
          });
  line.partitions_given =
      up->add_option(
            "--partitions", line.partitions,
            "Partitions of a new log, fixed when it is made; an old log must have as many.")
          ->check(CLI::Range(1, 64))
          ->capture_default_str();
  add(app, "commands",
      "Run the command handlers alone, and HTTP; several processes share the partitions (Kafka).",
      line, [&](const Settings& s) {
        return run_up(s, {true, false}, line);
      });
  add(app, "projections",
      "Run the projectors alone, and HTTP; several processes share the partitions (Kafka).", line,
      [&](const Settings& s) {
        return run_up(s, {false, true}, line);
      });
  auto* send = add(app, "send",
                   "Send one command (JSON), or a file or standard input of one command per line.",
                   line, [&](const Settings& s) { return run::run_send(s, line.source); });
  send->add_option("source", line.source, "A file, - for standard input, or a command as JSON.")
      ->capture_default_str();
  auto* receipt =
      add(app, "receipt", "Show the outcome of a command.", line,
          [&](const Settings& s) { return run::run_receipt(s, line.organization, line.id); });
  receipt->add_option("organization", line.organization, "The organization's id.")->required();
  receipt->add_option("command", line.id, "The command's id.")->required();
  auto* history = add(app, "history", "Show who changed what in a record, when, by which command.",
                      line, [&](const Settings& s) {
                        return run::run_history(s, line.organization, line.entity, line.id);
                      });
  history
      ->add_option("entity", line.entity,
                   "company, contact, deal, activity, user, pipeline_stage, saved_filter ...")
      ->required();
  history->add_option("id", line.id, "Its id, or \"namespace/external id\".")->required();
  history->add_option("--organization", line.organization,
                      "Needed when there is more than one, and while `daybook up` does not run: "
                      "the only one is looked up in its PostgreSQL.");
  add(app, "status", "Show what the running engine does.", line, run::run_status);
}

void add_migrate(CLI::App& app, CommandLine& line) {
  CLI::App* migrate =
      add_group(app, "migrate", "Bring the database's schema up, down, or show where it is.", line);
  for (const std::string what : {"up", "down", "status"}) {
    auto* each =
        add(*migrate, what, what == "status" ? "List the migrations." : "Migrate " + what + ".",
            line, [&line, what](const Settings& s) {
              return daybook::app::run_migrate(s, what, line.target);
            });
    if (what == "down")
      each->add_option("--to", line.target, "Undo all above this number; without it one step.");
  }
}

void add_database_commands(CLI::App& app, CommandLine& line) {
  namespace run = daybook::app;
  add_migrate(app, line);
  CLI::App* schema = add_group(app, "schema", "The documented schema.", line);
  add(*schema, "check",
      "Compare the live database with the documented schema and name each difference.", line,
      run::run_schema_check);
  CLI::App* seed = add_group(app, "seed", "Load data.", line);
  add(*seed, "demo", "Load the demo data through commands; a second time changes nothing.", line,
      [&](const Settings& s) { return run::run_seed_demo(s, line.print); })
      ->add_flag(
          "--print", line.print,
          "Print the commands, one per line, for another way to send them: the organization's "
          "alone while that is not there, then all.");
  auto* url = add(
      app, "url", "Print the PostgreSQL URL of a reporting login: psql \"$(daybook url)\".", line,
      [&](const Settings& s) { return run::run_url(s, line.owner, line.organization, line.user); });
  url->add_flag("--owner", line.owner, "The tables' owner, who sees everything.");
  url->add_option("--organization", line.organization, "Needed when there is more than one.");
  url->add_option("--user", line.user, "See only what this user may see.");
  CLI::App* parked = add_group(app, "parked", "Rows that PostgreSQL refused, kept aside.", line);
  add(*parked, "list", "List them with the reason.", line, run::run_parked_list);
  auto* show = add(*parked, "show", "Show one.", line,
                   [&](const Settings& s) { return run::run_parked_show(s, line.table, line.id); });
  show->add_option("table", line.table, "Like crm.companies")->required();
  show->add_option("id", line.id, "The row's id.")->required();
  add(*parked, "retry", "Try all of them again.", line, run::run_parked_retry);
  add(app, "doctor", "Look for what is wrong with this installation.", line, run::run_doctor);
}

void add_topics(CLI::App& app, CommandLine& line) {
  namespace run = daybook::app;
  CLI::App* topics = add_group(app, "topics", "The topics of an installation on Kafka.", line);
  auto* create =
      add(*topics, "create",
          "Make the four topics and write the log's Genesis records; what is there stays.", line,
          [&](const Settings& s) {
            return run::run_topics_create(s, line.partitions, line.replication);
          });
  create
      ->add_option("--partitions", line.partitions,
                   "Of each topic; it never changes. As many processes can share the work.")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  create
      ->add_option("--replication", line.replication,
                   "Copies of each record; 0: three, or as many as there are brokers.")
      ->check(CLI::Range(0, 9))
      ->capture_default_str();
  add(*topics, "check", "Say what is wrong with the topics.", line, run::run_topics_check);
  add(*topics, "accept-commands",
      "Say that the commands topic was made anew on purpose: its commands are read from its "
      "beginning.",
      line, run::run_topics_accept_commands);
}

void add_dead_letters(CLI::App& app, CommandLine& line) {
  namespace run = daybook::app;
  CLI::App* letters =
      add_group(app, "dead-letters",
                "Records of the commands topic that could not be taken, kept aside.", line);
  add(*letters, "list", "List them with the reason.", line, run::run_dead_letters_list);
  const auto add_named = [&](const std::string& name, const std::string& about, auto run_it) {
    add(*letters, name, about, line,
        [&line, run_it](const Settings& s) { return run_it(s, line.id); })
        ->add_option("name", line.id, "partition:offset, as `list` shows it")
        ->required();
  };
  add_named("show", "Show one, with its headers and its value.", run::run_dead_letters_show);
  add_named("retry", "Send one again as a new command, or `all`.", run::run_dead_letters_retry);
  add_named("drop", "Settle one without sending it again, or `all`.", run::run_dead_letters_drop);
}

void add_torture(CLI::App& app, CommandLine& line) {
  namespace torture = daybook::torture;
  auto* command = add(
      app, "torture",
      "Hurt an engine under load, again and again, and check after each time that nothing was "
      "lost, "
      "invented or told wrongly. Works in a folder of its own: --data, which has to be empty, or a "
      "temporary one.",
      line, nullptr);
  torture::Options& options = line.torture;
  command->add_option("--faults", options.faults, "How many.")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      ->add_option("--per-installation", options.per_installation,
                   "Faults on one installation; then another one begins anew.")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  std::string kinds;
  for (const std::string& kind : torture::kind_names()) kinds += (kinds.empty() ? "" : ", ") + kind;
  command->add_option("--kinds", options.kinds, "Only these, with commas between them: " + kinds)
      ->delimiter(',')
      ->check(CLI::IsMember(torture::kind_names()));
  auto* seed = command->add_option("--seed", line.seed, "What a run printed: the same again.");
  command
      ->add_option("--commands-in-flight", options.commands_in_flight,
                   "Never fewer than these while the load runs.")
      ->check(CLI::Range(100, 500))
      ->capture_default_str();
  command->add_flag("--require-all", options.require_all,
                    "Fail where a kind cannot be done: a full disk takes root and a loop device.");
  command->add_flag("--keep", options.keep, "Leave the folder, although all went well.");
  command->callback([&line, &app, command, seed] {
    const bool given = app.count("--data") + command->count("--data") > 0;
    line.chosen = [&line, given, seed](const Settings& settings) {
      if (given) line.torture.folder = settings.data_folder;
      if (seed->count() > 0) line.torture.seed = line.seed;
      line.torture.json = settings.json;
      return torture::run_torture(line.torture);
    };
  });
  add(app, "torture-engine", "What `torture` hurts; not for people.", line,
      torture::run_torture_engine)
      ->group("");
}

int run(int argc, char** argv, CommandLine& line) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("daybook"));
  auto settings = daybook::app::settings_from_environment();
  if (!settings) return daybook::app::report(line.settings, settings.error());
  line.settings = *std::move(settings);
  line.data = line.settings.data_folder.string();
  CLI::App app("Daybook: an event-sourced CRM engine.", "daybook");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  add_common_options(app, line);
  add_commands(app, line);
  add_database_commands(app, line);
  add_topics(app, line);
  add_dead_letters(app, line);
  add_torture(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? daybook::app::kOk : daybook::app::kUsage;
  }
  line.settings.data_folder = line.data;
  return line.chosen(line.settings);
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  // Protobuf would log every malformed text, which senders choose; they are told in their answer.
  google::protobuf::SetLogHandler(nullptr);
  // Errors are values; what is thrown all the same (a path that no system takes, no memory) ends
  // here.
  try {
    return run(argc, argv, line);
  } catch (const std::exception& error) {
    return daybook::app::report(line.settings,
                                {daybook::ErrorKind::kInvalid, "internal", error.what(), ""});
  }
}
