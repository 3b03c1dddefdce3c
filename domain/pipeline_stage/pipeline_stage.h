// Pipeline stages: what is decided (rules PS-2 to PS-4, PS-6) and how their events fold.
//
// Stages are for MANAGER, ADMIN and integration; that is checked before a decider is asked.
// Evolving never refuses.
#pragma once

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/pipeline_stage.pb.h"

namespace daybook::pipeline_stage {

[[nodiscard]] bool is_closed(StageType type);

[[nodiscard]] Result<Decision> decide(const CreatePipelineStage& command, const std::string& id,
                                      const View& view, const Context& context);
// The upsert: what a create command gives, on the stage that holds its external id.
[[nodiscard]] Result<Decision> decide(const CreatePipelineStage& command,
                                      const PipelineStage& stage, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const PatchPipelineStage& command, const PipelineStage& stage,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const MovePipelineStage& command, const PipelineStage& stage,
                                      const View& view, const Context& context);
[[nodiscard]] Result<Decision> decide(const RetirePipelineStage& command,
                                      const PipelineStage& stage, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const ReactivatePipelineStage& command,
                                      const PipelineStage& stage, const View& view,
                                      const Context& context);
[[nodiscard]] Result<Decision> decide(const DeleteRecord& command, const PipelineStage& stage,
                                      const View& view, const Context& context);

void evolve(PipelineStage& stage, const Event& event, std::int64_t at);

}  // namespace daybook::pipeline_stage
