// The one binary: parses the command line and hands over to a subcommand.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "apps/daybook/subcommands.h"

namespace {

using daybook::app::Settings;

constexpr const char* kFooter = R"(
Exit codes: 0 done; 1 it could not be done; 2 a command was refused or a check found differences;
3 nobody answers or the outcome is unknown, try again; 64 wrong usage.

Environment: DAYBOOK_DATA (data folder), DAYBOOK_HTTP (address), DAYBOOK_LOG (embedded), DATABASE_URL (instead of the
private PostgreSQL), DAYBOOK_TOKEN_FILE (who may send what), DAYBOOK_TOKEN (this client's own token).)";

struct Arguments {
  std::string source = "-";
  std::string organization;
  std::string id;
  std::string entity;
  std::string user;
  std::string table;
  std::uint32_t partitions = 1;
  int target = -1;
  bool owner = false;
};

using Run = std::function<int(const Settings&)>;

CLI::App* add(CLI::App& parent, const std::string& name, const std::string& about, Run run,
              Run& chosen) {
  CLI::App* command = parent.add_subcommand(name, about);
  command->callback([&chosen, run = std::move(run)] { chosen = run; });
  command->fallthrough();
  return command;
}

void add_commands(CLI::App& app, Arguments& arguments, Run& chosen) {
  namespace run = daybook::app;
  auto* up = add(
      app, "up",
      "Run everything in this process: log, commands, projections, HTTP, private PostgreSQL.",
      [&](const Settings& s) { return run::run_up(s, arguments.partitions); }, chosen);
  up->add_option("--partitions", arguments.partitions,
                 "Partitions of a new log; fixed when it is made.")
      ->check(CLI::Range(1, 64));
  auto* send = add(
      app, "send", "Send one command (JSON), or a file or standard input of one command per line.",
      [&](const Settings& s) { return run::run_send(s, arguments.source); }, chosen);
  send->add_option("source", arguments.source,
                   "A file, - for standard input, or a command as JSON.");
  auto* receipt = add(
      app, "receipt", "Show the outcome of a command.",
      [&](const Settings& s) { return run::run_receipt(s, arguments.organization, arguments.id); },
      chosen);
  receipt->add_option("organization", arguments.organization)->required();
  receipt->add_option("command", arguments.id, "The command's id.")->required();
  auto* history = add(
      app, "history", "Show who changed what in a record, when, by which command.",
      [&](const Settings& s) {
        return run::run_history(s, arguments.organization, arguments.entity, arguments.id);
      },
      chosen);
  history
      ->add_option("entity", arguments.entity,
                   "company, contact, deal, activity, user, pipeline_stage, saved_filter ...")
      ->required();
  history->add_option("id", arguments.id, "Its id, or \"namespace/external id\".")->required();
  history->add_option("--organization", arguments.organization,
                      "Needed when there is more than one.");
  add(app, "status", "Show what the running engine does.", run::run_status, chosen);
}

void add_database_commands(CLI::App& app, Arguments& arguments, Run& chosen) {
  namespace run = daybook::app;
  CLI::App* migrate =
      app.add_subcommand("migrate", "Bring the database's schema up, down, or show where it is.");
  migrate->require_subcommand(1);
  for (const std::string what : {"up", "down", "status"}) {
    auto* each = add(
        *migrate, what, what == "status" ? "List the migrations." : "Migrate " + what + ".",
        [&arguments, what](const Settings& s) {
          return run::run_migrate(s, what, arguments.target);
        },
        chosen);
    if (what == "down")
      each->add_option("--to", arguments.target,
                       "Undo all above this number; without it one step.");
  }
  CLI::App* schema = app.add_subcommand("schema", "The documented schema.");
  schema->require_subcommand(1);
  add(*schema, "check",
      "Compare the live database with the documented schema and name each difference.",
      run::run_schema_check, chosen);
  CLI::App* seed = app.add_subcommand("seed", "Load data.");
  seed->require_subcommand(1);
  add(*seed, "demo", "Load the demo data through commands; a second time changes nothing.",
      run::run_seed_demo, chosen);
  auto* url = add(
      app, "url", "Print the PostgreSQL URL of a reporting login: psql \"$(daybook url)\".",
      [&](const Settings& s) {
        return run::run_url(s, arguments.owner, arguments.organization, arguments.user);
      },
      chosen);
  url->add_flag("--owner", arguments.owner, "The tables' owner, who sees everything.");
  url->add_option("--organization", arguments.organization, "Needed when there is more than one.");
  url->add_option("--user", arguments.user, "See only what this user may see.");
  CLI::App* parked = app.add_subcommand("parked", "Rows that PostgreSQL refused, kept aside.");
  parked->require_subcommand(1);
  add(*parked, "list", "List them with the reason.", run::run_parked_list, chosen);
  auto* show = add(
      *parked, "show", "Show one.",
      [&](const Settings& s) { return run::run_parked_show(s, arguments.table, arguments.id); },
      chosen);
  show->add_option("table", arguments.table, "Like crm.companies")->required();
  show->add_option("id", arguments.id)->required();
  add(*parked, "retry", "Try all of them again.", run::run_parked_retry, chosen);
  add(app, "doctor", "Look for what is wrong with this installation.", run::run_doctor, chosen);
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("daybook"));
  Settings settings = daybook::app::settings_from_environment();
  CLI::App app("Daybook: an event-sourced CRM engine.", "daybook");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  std::string data = settings.data_folder.string();
  app.add_option("--data", data, "Data folder.")->capture_default_str();
  auto* http =
      app.add_option("--http", settings.http, "Address of the HTTP door.")->capture_default_str();
  app.add_option("--token-file", settings.token_file,
                 "Lines that bind a token's hash to an organization and an actor.");
  app.add_flag("--json", settings.json, "Print JSON, for scripts.");
  Arguments arguments;
  Run chosen;
  add_commands(app, arguments, chosen);
  add_database_commands(app, arguments, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? daybook::app::kOk : daybook::app::kUsage;
  }
  settings.data_folder = data;
  settings.http_given = settings.http_given || http->count() > 0;
  return chosen(settings);
}
