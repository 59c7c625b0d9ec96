package org.bufferyard.iommu.arm.smmu;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.iommu.PageRequest.Response;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.Command.Resume.Action;
import org.bufferyard.iommu.arm.unit.FaultLog;

/**
 * The threads of the driver that empty the hardware's queues ({@code arm-smmu-v3.c:
 * arm_smmu_evtq_thread(), arm_smmu_priq_thread()}): stalled transactions are put to the domain's
 * handler and resumed, other events are printed; page requests are denied, for the driver has no use
 * for them. Engine thread only.
 */
final class Interrupts {
  /** Events are printed by a function of their own. */
  private static final Rule DUMPED = Rule.of("D14", "arm_smmu_dump_event").since(6, 14);

  /** "Stage-2 is always pinned at the moment". */
  private static final Rule STAGE_2_IS_PINNED =
      Rule.of("D14", "arm_smmu_handle_evt").until(6, 13);

  private final SmmuV3Parameters parameters;
  private final IommuContext context;
  private final TableMemory memory;
  private final Ring events;
  private final Optional<Ring> requests;
  private final SmmuV3Hardware hardware;
  private final CommandQueue commands;
  private final FaultLog log;

  Interrupts(
      SmmuV3Parameters parameters,
      IommuContext context,
      TableMemory memory,
      Ring events,
      Optional<Ring> requests,
      SmmuV3Hardware hardware,
      CommandQueue commands) {
    this.parameters = parameters;
    this.context = context;
    this.memory = memory;
    this.events = events;
    this.requests = requests;
    this.hardware = hardware;
    this.commands = commands;
    boolean dumped = DUMPED.holdsIn(context.kernel());
    this.log =
        new FaultLog(
            parameters.id(), dumped ? DUMPED.function() : "arm_smmu_evtq_thread", context);
  }

  /** Whether S2S may be set: whether somebody would look at such an event. */
  boolean handlesStage2() {
    return !STAGE_2_IS_PINNED.holdsIn(context.kernel());
  }

  /**
   * Empties both queues.
   *
   * @param stream whose transaction filled them
   */
  void handle(StreamId stream) {
    while (!events.isEmpty()) {
      EventRecord event = EventRecord.read(memory, events.consumerSlot());
      events.consumed();
      hardware.recordWaiting();
      if (!isHandled(event, stream)) {
        log.report(
            () ->
                event.log(parameters.device(), context.clientName(stream), context.kernel()));
      }
    }
    if (events.hasOverflowed()) {
      events.acknowledgeOverflow();
      tell(MessageClass.IOMMU_FAULT, "EVTQ overflow detected -- events lost");
    }
    requests.ifPresent(this::handleRequests);
  }

  /** arm_smmu_handle_event(): whether it need not be printed. */
  private boolean isHandled(EventRecord event, StreamId stream) {
    if (!event.stalled() || event.fault().stage2() && !handlesStage2()) {
      return false;
    }
    Transaction from = event.from();
    Optional<Response> answer =
        context.reportDeviceFault(
            new PageRequest(
                stream,
                from.substream(),
                from.address(),
                from.write(),
                from.privileged(),
                from.instruction(),
                event.stag(),
                true));
    boolean there = answer.filter(a -> a == Response.SUCCESS).isPresent();
    commands.issueAlone(
        new Command.Resume(
            from.stream(), event.stag(), there ? Action.RETRY : Action.ABORT));
    return answer.isPresent();
  }

  private void handleRequests(Ring queue) {
    while (!queue.isEmpty()) {
      PriRecord request = PriRecord.read(memory, queue.consumerSlot());
      queue.consumed();
      print(MessageClass.INFO, request.log(parameters.device()));
      if (request.last()) {
        Transaction from = request.from();
        commands.issueAlone(
            new Command.PriResponse(
                from.stream(),
                from.substream(),
                request.group(),
                Command.PriResponse.Answer.FAILURE));
      }
    }
    if (queue.hasOverflowed()) {
      queue.acknowledgeOverflow();
      tell(MessageClass.IOMMU_FAULT, "PRIQ overflow detected -- requests lost");
    }
  }

  private void tell(MessageClass kind, String text) {
    print(kind, List.of("arm-smmu-v3 " + parameters.device() + ": " + text));
  }

  private void print(MessageClass kind, List<String> lines) {
    if (context.events().on()) {
      lines.forEach(
          line -> context.events().emit(new KernelMessage(parameters.id(), kind, line)));
    }
  }
}
