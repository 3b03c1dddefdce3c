// What a decision gives: the events that make it true, in order, and notices for the sender.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/core/result.h"
#include "schemas/log.pb.h"

namespace daybook {

struct Decision {
  std::vector<log::Event> events;  // without versions: those are given when the events are applied
  std::vector<log::Notice> notices;

  void add(const std::string& id, organization::Event event) {
    *next(ENTITY_ORGANIZATION, id).mutable_organization() = std::move(event);
  }
  void add(const std::string& id, user::Event event) {
    *next(ENTITY_USER, id).mutable_user() = std::move(event);
  }
  void add(const std::string& id, company::Event event) {
    *next(ENTITY_COMPANY, id).mutable_company() = std::move(event);
  }
  void add(const std::string& id, contact::Event event) {
    *next(ENTITY_CONTACT, id).mutable_contact() = std::move(event);
  }
  void add(const std::string& id, pipeline_stage::Event event) {
    *next(ENTITY_PIPELINE_STAGE, id).mutable_pipeline_stage() = std::move(event);
  }
  void add(const std::string& id, deal::Event event) {
    *next(ENTITY_DEAL, id).mutable_deal() = std::move(event);
  }
  void add(const std::string& id, activity::Event event) {
    *next(ENTITY_ACTIVITY, id).mutable_activity() = std::move(event);
  }
  void add(const std::string& id, saved_filter::Event event) {
    *next(ENTITY_SAVED_FILTER, id).mutable_saved_filter() = std::move(event);
  }
  // Custom fields of three kinds of parent share their events.
  void add(Entity entity, const std::string& id, custom_field::Event event) {
    *next(entity, id).mutable_custom_field() = std::move(event);
  }

  void notice(std::string code, std::string message) {
    log::Notice& added = notices.emplace_back();
    added.set_code(std::move(code));
    added.set_message(std::move(message));
  }

  // Appends another decision's events and notices.
  void append(Decision other) {
    for (auto& event : other.events) events.push_back(std::move(event));
    for (auto& each : other.notices) notices.push_back(std::move(each));
  }

 private:
  log::Event& next(Entity entity, const std::string& id) {
    log::Event& event = events.emplace_back();
    event.set_entity(entity);
    event.set_id(id);
    return event;
  }
};

}  // namespace daybook
