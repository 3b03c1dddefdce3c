#include "domain/pipeline_stage/pipeline_stage.h"

#include <algorithm>

#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"

namespace daybook::pipeline_stage {
namespace {

void move_to(Decision& decision, const std::string& id, std::int32_t position) {
  Event event;
  event.mutable_moved()->set_position(position);
  decision.add(id, std::move(event));
}

// PS-2: at a taken position every stage from there on moves up by one, retired ones included; gaps
// are allowed.
void make_room(Decision& decision, const View& view, std::int32_t position,
               const std::string& for_id) {
  std::vector<const PipelineStage*> from_there;
  bool taken = false;
  for (const std::string& id : view.scan(Index::kStagePosition, {})) {
    const auto* stage = view.find<PipelineStage>(ENTITY_PIPELINE_STAGE, id);
    if (stage == nullptr || id == for_id || stage->position() < position) continue;
    taken = taken || stage->position() == position;
    from_there.push_back(stage);
  }
  if (!taken) return;
  for (const PipelineStage* stage : from_there)
    move_to(decision, stage->record().id(), stage->position() + 1);
}

Decision move(std::int32_t position, const PipelineStage& stage, const View& view) {
  Decision decision;
  if (stage.position() == position) return decision;
  make_room(decision, view, position, stage.record().id());
  move_to(decision, stage.record().id(), position);
  return decision;
}

Result<Decision> change(const PipelineStageFields& set, const FieldNames& clear,
                        const PipelineStage& stage, const View& view) {
  Decision decision;
  Event event;
  if (!changes(stage.fields(), set, clear, *event.mutable_changed())) return decision;
  // A deal's status follows the type of its stage, so the type may not change under it.
  if (event.changed().set().has_stage_type() &&
      view.count(Counter::kStageDeals, {stage.record().id()}) > 0) {
    return fail(ErrorKind::kRejected, "pipeline_stage.in_use",
                "deals use this stage, so its type cannot change; make a new stage and move them",
                "stageType");
  }
  decision.add(stage.record().id(), std::move(event));
  return decision;
}

Decision set_active(bool active, const PipelineStage& stage) {
  Decision decision;
  if (stage.is_active() == active) return decision;
  Event event;
  if (active) {
    event.mutable_reactivated();
  } else {
    event.mutable_retired();
  }
  decision.add(stage.record().id(), std::move(event));
  return decision;
}

}  // namespace

bool is_closed(StageType type) {
  return type == STAGE_TYPE_CLOSED_WON || type == STAGE_TYPE_CLOSED_LOST;
}

Result<Decision> decide(const CreatePipelineStage& command, const std::string& id, const View& view,
                        const Context& context) {
  Decision decision;
  Event event;
  PipelineStageCreated& created = *event.mutable_created();
  *created.mutable_fields() = command.fields();
  schema::set_defaults(*created.mutable_fields());
  created.set_position(command.position());
  created.set_is_active(!command.has_is_active() || command.is_active());
  if (context.import == nullptr) make_room(decision, view, command.position(), id);
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const CreatePipelineStage& command, const PipelineStage& stage,
                        const View& view, const Context&) {
  Steps<PipelineStage> steps(stage, [](PipelineStage& state, const log::Event& event) {
    evolve(state, event.pipeline_stage(), 0);
  });
  steps.then(change(command.fields(), {}, stage, view));
  if (command.has_position()) steps.then(move(command.position(), stage, view));
  if (command.has_is_active()) steps.then(set_active(command.is_active(), stage));
  return std::move(steps).decision();
}

Result<Decision> decide(const PatchPipelineStage& command, const PipelineStage& stage,
                        const View& view, const Context&) {
  return change(command.set(), command.clear(), stage, view);
}

Result<Decision> decide(const MovePipelineStage& command, const PipelineStage& stage,
                        const View& view, const Context&) {
  return move(command.position(), stage, view);
}

Result<Decision> decide(const RetirePipelineStage&, const PipelineStage& stage, const View&,
                        const Context&) {
  return set_active(false, stage);
}

Result<Decision> decide(const ReactivatePipelineStage&, const PipelineStage& stage, const View&,
                        const Context&) {
  return set_active(true, stage);
}

// PS-4: the read table's key is RESTRICT and counts deleted deals too.
Result<Decision> decide(const DeleteRecord&, const PipelineStage& stage, const View& view,
                        const Context&) {
  if (view.count(Counter::kStageDeals, {stage.record().id()}) > 0) {
    return fail(ErrorKind::kRejected, "pipeline_stage.in_use",
                "deals use this stage, deleted ones included; retire it instead", "id");
  }
  Decision decision;
  Event event;
  event.mutable_removed();
  decision.add(stage.record().id(), std::move(event));
  return decision;
}

void evolve(PipelineStage& stage, const Event& event, std::int64_t) {
  switch (event.event_case()) {
    case Event::kCreated:
      *stage.mutable_fields() = event.created().fields();
      stage.set_position(event.created().position());
      stage.set_is_active(event.created().is_active());
      return;
    case Event::kChanged:
      patch::apply(*stage.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kMoved:
      stage.set_position(event.moved().position());
      return;
    case Event::kRetired:
      stage.set_is_active(false);
      return;
    case Event::kReactivated:
      stage.set_is_active(true);
      return;
    case Event::kRemoved:
      stage.mutable_record()->set_removed(true);
      return;
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(stage, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::pipeline_stage
