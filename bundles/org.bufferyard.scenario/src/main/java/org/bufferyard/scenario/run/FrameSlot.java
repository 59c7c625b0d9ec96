package org.bufferyard.scenario.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.ExporterSide;
import org.bufferyard.scenario.share.FrameTransfer;
import org.bufferyard.scenario.share.FrameTransfer.Outcome;
import org.bufferyard.scenario.share.ImporterSide;
import org.bufferyard.scenario.share.Refusal;
import org.bufferyard.scenario.share.SyncPlan;

/**
 * One buffer of a ring with its importers. Whoever writes leaves a WRITE fence and waits for the
 * readers', whoever reads leaves a READ fence and waits for the writer's (F11). Engine thread only.
 */
final class FrameSlot {
  /** Above the inode numbers, which are the timelines of the writers. */
  private static final long READERS = 1L << 48;

  /**
   * What became of a use of the buffer.
   *
   * @param trouble empty: all was well
   * @param goesOn whether the next frame may fare better
   */
  record Use(Optional<String> trouble, boolean wrong, boolean fault, boolean goesOn) {
    static final Use FINE = new Use(Optional.empty(), false, false, true);

    static Use refused(String reason) {
      return new Use(Optional.of(reason), false, false, false);
    }

    static Use wrong(String reason, boolean fault) {
      return new Use(Optional.of(reason), true, fault, true);
    }
  }

  private final PipelineSpec spec;
  private final SyncPlan syncs;
  private final YardState yard;
  private final ExporterSide exporter;
  private final List<ImporterSide> importers = new ArrayList<>();

  /** What the exporter wrote last, or what user space drew over it. */
  private FrameResult written;

  private long uses;

  FrameSlot(PipelineSpec spec, YardState yard) {
    this.spec = spec;
    this.yard = yard;
    this.syncs = new SyncPlan(spec.syncs());
    this.exporter = new ExporterSide(yard, yard.device(spec.exporter()), syncs);
  }

  /** Allocates, exports, attaches; why it cannot. */
  Optional<String> make() {
    return exporter
        .allocate(spec.memory(), spec.sizeBytes())
        .map(FrameSlot::text)
        .or(this::exportAndAttach);
  }

  Optional<String> exportAndAttach() {
    return exporter.export(spec.policy(), spec.forcedOps()).map(FrameSlot::text).or(this::attach);
  }

  Optional<String> attach() {
    for (String id : spec.importers()) {
      ImporterSide importer = new ImporterSide(yard, yard.device(id), exporter.buffer());
      Optional<Refusal> refusal = importer.attach();
      if (refusal.isPresent()) {
        return refusal.map(FrameSlot::text);
      }
      importers.add(importer);
    }
    return Optional.empty();
  }

  private static String text(Refusal refusal) {
    return refusal.at() + " failed with " + Errno.text(refusal.rc());
  }

  String opsName() {
    return exporter.buffer().opsName();
  }

  /** The exporter moves the buffer, with what is in it; why it cannot. */
  Optional<String> move() {
    return exporter.move().map(FrameSlot::text);
  }

  boolean canExportAgain() {
    return exporter.canExportAgain();
  }

  /** The exporter writes the frame, and user space reads and draws where the pipeline has it so. */
  Use fill(long frame) {
    Use use = fenced(FenceUsage.WRITE, () -> write(frame));
    return use.trouble().isEmpty() ? throughUserSpace(frame) : use;
  }

  private Use write(long frame) {
    written = new FrameTransfer(yard).fill(exporter, frame, spec.sizeBytes());
    return written
        .fault()
        .map(f -> new Use(Optional.of("exporter fault: " + f.name()), false, true, true))
        .orElse(Use.FINE);
  }

  private Use throughUserSpace(long frame) {
    CpuUser user = new CpuUser(yard, exporter, syncs);
    if (spec.cpu().reads()) {
      CpuUser.Reading reading = user.read(spec.sizeBytes(), written.checksum());
      if (reading.verdict() == Verdict.REFUSED) {
        return Use.refused(reading.text());
      }
      if (reading.verdict() != Verdict.SHARED) {
        return Use.wrong(
            reading.verdict() == Verdict.STALE
                ? "stale bytes in user space"
                : "wrong bytes in user space",
            false);
      }
    }
    if (spec.cpu().writes()) {
      Optional<String> refused = user.write(frame, spec.sizeBytes());
      if (refused.isPresent()) {
        return Use.refused(refused.get());
      }
      written = CpuUser.drawn(frame, spec.sizeBytes());
    }
    return Use.FINE;
  }

  /** How often a core touches each frame by itself. */
  static int copiesOf(PipelineSpec spec) {
    return (spec.cpu().reads() ? 1 : 0) + (spec.cpu().writes() ? 1 : 0);
  }

  /** All importers read the frame, one after the other. */
  Use consume(long frame) {
    for (ImporterSide importer : importers) {
      Use use = fenced(FenceUsage.READ, () -> read(importer, frame));
      if (use.trouble().isPresent()) {
        return use;
      }
    }
    return Use.FINE;
  }

  private Use read(ImporterSide importer, long frame) {
    FrameTransfer transfer = new FrameTransfer(yard);
    transfer.watch();
    if (importer.table().isEmpty()) {
      Optional<Refusal> refusal = importer.map(DmaDirection.TO_DEVICE);
      if (refusal.isPresent()) {
        return Use.refused(text(refusal.get()));
      }
    }
    Outcome outcome = transfer.consume(exporter, importer, frame, spec.sizeBytes(), written);
    if (!spec.keepMapped().contains(importer.device().id())) {
      importer.unmap();
    }
    String reader = importer.device().name();
    return switch (outcome) {
      case Outcome.Intact i -> Use.FINE;
      case Outcome.WrongBytes w -> Use.wrong("wrong bytes at " + reader, false);
      case Outcome.Stale s -> Use.wrong("stale bytes at " + reader, false);
      case Outcome.Stopped s -> Use.wrong("fault at " + reader + ": " + s.fault().name(), true);
    };
  }

  private Use fenced(FenceUsage usage, Supplier<Use> work) {
    DmaBuf buffer = exporter.buffer();
    DmaResv reservation = buffer.reservation();
    FenceUsage others = FenceUsage.toWaitFor(usage == FenceUsage.WRITE);
    if (reservation.waitTimeout(others, 1) == 0) {
      return Use.refused("a fence of " + buffer.id() + " was never signaled");
    }
    long timeline = usage == FenceUsage.WRITE ? buffer.inode() : READERS | buffer.inode();
    DmaFence fence = yard.dmaBufs().newFence(timeline, ++uses);
    reservation.lock();
    reservation.add(fence, usage);
    reservation.unlock();
    Use use = work.get();
    fence.signal();
    fence.put();
    return use;
  }

  /** The frame's bytes and what they have to be. */
  KeptFrame keep(long frame) {
    return new KeptFrame(frame, written, exporter.bytes(spec.sizeBytes()));
  }

  void putBack(KeptFrame kept) {
    exporter.put(kept.bytes());
    written = kept.written();
  }

  void detach() {
    importers.forEach(ImporterSide::detach);
    importers.clear();
  }

  void takeBack() {
    exporter.takeBack();
  }

  /** The exporter gives up what it has though an importer breaks. */
  void release() {
    try {
      detach();
    } finally {
      exporter.release();
    }
  }
}
