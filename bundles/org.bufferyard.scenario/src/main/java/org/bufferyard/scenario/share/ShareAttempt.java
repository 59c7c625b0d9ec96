package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.platform.input.NoTableFormatException;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * The whole way of one buffer to one importer: probe, allocate, export, attach, map, two frames,
 * teardown. Two frames, because a buffer is used again and again: a mapping that was right for the
 * first frame can show the second device old bytes.
 */
public final class ShareAttempt {

  /**
   * What came of it; the events tell how. At most one of the first four is present.
   *
   * @param stop an IOMMU in the way that nobody can compute
   * @param told mark in the event log up to which there is something to tell: what follows is a
   *     second frame like the first, and teardown
   */
  public record Result(
      Optional<Refusal> refusal,
      Optional<NoTableFormatException> stop,
      Optional<KernelOops> oops,
      Optional<FrameTransfer.Outcome> firstBadTransfer,
      Optional<Allocation> allocation,
      String ops,
      List<Segment> segments,
      long told) {}

  private static final int FRAMES = 2;

  private final YardState yard;
  private final ShareQuestion question;
  private final OpsPolicy policy;
  private final String importerId;
  private final long start;

  private ExporterSide exporter;
  private ImporterSide importer;
  private Optional<Allocation> allocation = Optional.empty();
  private String ops = "";
  private List<Segment> segments = List.of();
  private long told = -1;
  private Optional<FrameTransfer.Outcome> stale = Optional.empty();

  public ShareAttempt(
      YardState yard, ShareQuestion question, OpsPolicy policy, String importerId) {
    this.yard = yard;
    this.question = question;
    this.policy = policy;
    this.importerId = importerId;
    this.start = yard.events().mark();
  }

  /** Runs it. Engine thread only. */
  public Result run() {
    try {
      Optional<Refusal> refusal = prepare();
      if (refusal.isPresent()) {
        tearDown();
        return result(refusal, Optional.empty(), Optional.empty());
      }
      return stream();
    } catch (KernelOops oops) {
      // The thread died inside the kernel with whatever it held: nothing is torn down, as on a
      // machine. The yard undoes the rest from its ledger.
      told = yard.events().mark();
      return result(Optional.empty(), Optional.of(oops), Optional.empty());
    } catch (NoTableFormatException stop) {
      new FormatStop(yard, question).tell(stop, importer == null, importerId);
      told = yard.events().mark();
      tearDown();
      return new Result(
          Optional.empty(), Optional.of(stop), Optional.empty(), Optional.empty(), allocation, ops,
          segments, told);
    }
  }

  private Optional<Refusal> prepare() {
    DriverProbe probe = new DriverProbe(yard);
    YardDevice from = yard.device(question.exporter());
    YardDevice to = yard.device(importerId);
    probe.bind(from);
    if (!from.id().equals(to.id())) {
      probe.bind(to);
    }
    exporter = new ExporterSide(yard, from);
    Optional<Refusal> refusal = exporter.allocate(question.memory(), question.sizeBytes());
    if (refusal.isPresent()) {
      return refusal;
    }
    allocation = exporter.allocated();
    refusal = exporter.export(policy, question.forcedOps());
    if (refusal.isPresent()) {
      return refusal;
    }
    ops = exporter.opsName();
    importer = exporter.importer(to);
    return importer.attach();
  }

  private Result stream() {
    FrameTransfer transfer = new FrameTransfer(yard);
    long size = exporter.frameBytes(question.sizeBytes());
    for (int frame = 0; frame < FRAMES; frame++) {
      FrameResult written =
          transfer.fill(exporter, frame, size);
      Optional<FrameTransfer.Outcome.Stopped> fault =
          transfer.exporterFault(exporter.device(), written, frame);
      // A device that cannot write its own buffer does not keep the importer from being asked:
      // the import's answer is worth having, but the first frame's fault is the verdict.
      Optional<Refusal> refusal = importer.map(DmaDirection.TO_DEVICE);
      if (refusal.isPresent()) {
        told = yard.events().mark();
        tearDown();
        return result(refusal, Optional.empty(), Optional.empty());
      }
      if (frame == 0) {
        segments = List.copyOf(importer.table().orElseThrow().mapped());
      }
      FrameTransfer.Outcome outcome =
          fault.isPresent()
              ? fault.get()
              : transfer.consume(exporter, importer, frame, size, written);
      if (outcome instanceof FrameTransfer.Outcome.Stale) {
        // A second frame may fare worse, and the worse verdict counts. One that is stale after an
        // intact one has the reason, so the chain goes on to it.
        if (stale.isEmpty()) {
          told = yard.events().mark();
          stale = Optional.of(outcome);
        }
      } else if (!(outcome instanceof FrameTransfer.Outcome.Intact)) {
        explainWrongBytes(frame);
        told = yard.events().mark();
        tearDown();
        return result(Optional.empty(), Optional.empty(), Optional.of(outcome));
      }
      if (told < 0) {
        told = yard.events().mark();
      }
      importer.unmap();
    }
    tearDown();
    return result(Optional.empty(), Optional.empty(), stale);
  }

  /** A kept mapping whose bounce memory nobody refreshes is worth its own step. */
  private void explainWrongBytes(int frame) {
    boolean bounced =
        yard.events().since(start).stream()
            .anyMatch(e -> e instanceof DmaEvent.Bounced b && b.element().equals(importerId));
    if (bounced && frame > 0) {
      new Reasons(yard.events())
          .step(
              ShareRules.BOUNCE_COPY,
              importerId,
              "the exporter keeps the mapping and skips its syncs: the bounce memory still holds frame "
                  + (frame - 1));
    }
  }

  private void tearDown() {
    if (told < 0) {
      told = yard.events().mark();
    }
    if (importer != null) {
      importer.detach();
    }
    if (exporter != null) {
      exporter.release();
    }
  }

  private Result result(
      Optional<Refusal> refusal,
      Optional<KernelOops> oops,
      Optional<FrameTransfer.Outcome> badTransfer) {
    return new Result(
        refusal, Optional.empty(), oops, badTransfer, allocation, ops, segments, told);
  }
}
