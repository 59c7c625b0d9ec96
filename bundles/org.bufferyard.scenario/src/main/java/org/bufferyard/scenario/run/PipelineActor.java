package org.bufferyard.scenario.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.platform.scenario.RunReport.CpuReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.Observed;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.DriverProbe;
import org.bufferyard.scenario.share.ExporterSide;
import org.bufferyard.scenario.share.FrameTransfer;
import org.bufferyard.scenario.share.FrameTransfer.Outcome;
import org.bufferyard.scenario.share.ImporterSide;
import org.bufferyard.scenario.share.Refusal;
import org.bufferyard.scenario.share.SyncPlan;

/**
 * One pipeline in a yard: its buffers, and a step that moves one frame through all importers.
 * Engine thread only. Frames in = out + dropped at any time.
 */
final class PipelineActor {
  private final PipelineSpec spec;
  private final SyncPlan syncs;
  private final Breakage breakage;
  private final Observations seen = new Observations();
  private final FrameLosses losses = new FrameLosses();
  private final List<PipelineBuffer> buffers = new ArrayList<>();

  /** Of all pipelines: a device that is unplugged leaves every one. */
  private final List<PipelineBuffer> everybodys;

  private long framesIn;
  private long framesOut;
  private long wrongChecksums;
  private long bouncedBytes;
  private long nextFrame;
  private Optional<String> stopped = Optional.empty();

  /**
   * @param everybodys the buffers of all pipelines of the yard; this one adds its own
   */
  PipelineActor(PipelineSpec spec, List<PipelineBuffer> everybodys) {
    this.spec = spec;
    this.everybodys = everybodys;
    this.syncs = new SyncPlan(spec.syncs());
    this.breakage = new Breakage(spec.faults());
  }

  /** Allocates, exports and attaches; a refusal stops the pipeline with its reason. */
  void start(YardState yard) {
    guarded(
        () -> {
          DriverProbe probe = new DriverProbe(yard);
          YardDevice from = yard.device(spec.exporter());
          probe.bind(from);
          for (String importer : spec.importers()) {
            probe.bind(yard.device(importer));
          }
          breakage.before(yard, Breakage.MAKING, everybodys);
          for (int i = 0; i < spec.buffers() && stopped.isEmpty(); i++) {
            addBuffer(yard, from);
          }
        });
  }

  private void addBuffer(YardState yard, YardDevice from) {
    ExporterSide exporter = new ExporterSide(yard, from, syncs);
    List<ImporterSide> importers = new ArrayList<>();
    PipelineBuffer made = new PipelineBuffer(exporter, importers);
    buffers.add(made);
    everybodys.add(made);
    if (stop(exporter.allocate(spec.memory(), spec.sizeBytes()), spec.importers())
        || stop(exporter.export(spec.policy(), spec.forcedOps()), spec.importers())) {
      return;
    }
    for (String id : spec.importers()) {
      ImporterSide importer = exporter.importer(yard.device(id));
      if (stop(importer.attach(), List.of(id))) {
        return;
      }
      importers.add(importer);
    }
  }

  private boolean stop(Optional<Refusal> refusal, List<String> readers) {
    refusal.ifPresent(
        r -> {
          String text = r.at() + " failed with " + Errno.text(r.rc());
          stopped = Optional.of(text);
          readers.forEach(reader -> seen.note(reader, Verdict.REFUSED, text));
        });
    return refusal.isPresent();
  }

  /** Whether there is another frame to move. */
  boolean hasNext() {
    return stopped.isEmpty() && nextFrame < spec.frames();
  }

  /** Moves the next frame. */
  void step(YardState yard) {
    long frame = nextFrame++;
    long mark = yard.events().mark();
    guarded(() -> move(yard, frame));
    for (DmaEvent event : yard.events().since(mark)) {
      if (event instanceof DmaEvent.Bounced b) {
        bouncedBytes += b.size();
      }
    }
  }

  private void move(YardState yard, long frame) {
    breakage.before(yard, frame, everybodys);
    if (isGone(yard, spec.exporter())) {
      String text = nameOf(spec.exporter()) + " was unplugged";
      spec.importers().forEach(i -> seen.note(i, Verdict.REFUSED, text));
      stopped = Optional.of(text);
      nextFrame = frame;
      return;
    }
    int turn = (int) (frame % buffers.size());
    PipelineBuffer buffer = buffers.get(turn);
    FrameTransfer transfer = new FrameTransfer(yard);
    if (breakage.isLate(frame)) {
      moveLate(transfer, buffer, frame);
      return;
    }
    FrameResult written = transfer.fill(buffer.exporter(), frame, bytesOf(buffer.exporter()));
    framesIn++;
    if (written.fault().isPresent()) {
      String text = "exporter fault: " + written.fault().get().name();
      spec.importers().forEach(i -> seen.note(i, Verdict.FAULT, text));
      losses.add(text, 1);
      return;
    }
    PipelineBuffer before = buffers.get((turn + buffers.size() - 1) % buffers.size());
    breakage.after(yard, frame, buffer, before);
    FrameResult drawn = throughUserSpace(yard, buffer.exporter(), frame, written);
    if (stopped.isEmpty() && passAll(yard, transfer, buffer, frame, drawn)) {
      framesOut++;
    }
  }

  /** User space reads and draws, where the scenario has it so; the frame as it should be then. */
  private FrameResult throughUserSpace(
      YardState yard, ExporterSide exporter, long frame, FrameResult written) {
    CpuUser user = new CpuUser(yard, exporter, syncs);
    if (spec.cpu().reads()) {
      CpuUser.Reading reading = user.read(bytesOf(exporter), written.checksum());
      if (reading.verdict() == Verdict.REFUSED) {
        stopped = Optional.of(reading.text());
      } else if (reading.verdict() != Verdict.SHARED) {
        wrongChecksums++;
      }
      seen.note(DmaEvent.StaleRead.CPU, reading.verdict(), atFrame(frame, reading.text()));
    }
    if (!spec.cpu().writes() || stopped.isPresent()) {
      return written;
    }
    stopped = user.write(frame, bytesOf(exporter));
    return CpuUser.drawn(frame, bytesOf(exporter));
  }

  private void moveLate(FrameTransfer transfer, PipelineBuffer buffer, long frame) {
    framesIn++;
    if (buffer.importers().isEmpty()) {
      losses.add("nobody is left to use it", 1);
      return;
    }
    ImporterSide importer = buffer.importers().getFirst();
    if (!mapped(importer)) {
      losses.add(stopped.orElseThrow(), 1);
      return;
    }
    Outcome outcome =
        transfer.consumeLate(
            buffer.exporter(), importer, frame, bytesOf(buffer.exporter()));
    settle(importer, frame, outcome).ifPresentOrElse(l -> losses.add(l, 1), () -> framesOut++);
  }

  private long bytesOf(ExporterSide exporter) {
    return exporter.frameBytes(spec.sizeBytes());
  }

  private static boolean isGone(YardState yard, String device) {
    return !yard.device(device).isPresent();
  }

  private boolean passAll(
      YardState yard,
      FrameTransfer transfer,
      PipelineBuffer buffer,
      long frame,
      FrameResult written) {
    for (ImporterSide importer : buffer.importers()) {
      Optional<String> loss = pass(transfer, buffer.exporter(), importer, frame, written);
      if (loss.isPresent()) {
        losses.add(loss.get(), 1);
        return false;
      }
    }
    for (String importer : spec.importers()) {
      if (isGone(yard, importer)) {
        String text = nameOf(importer) + " was unplugged";
        seen.note(importer, Verdict.REFUSED, text);
        losses.add(text, 1);
        return false;
      }
    }
    return true;
  }

  /** Maps for this one use, lets the device read, unmaps; the reason when the frame is lost. */
  private Optional<String> pass(
      FrameTransfer transfer,
      ExporterSide exporter,
      ImporterSide importer,
      long frame,
      FrameResult written) {
    transfer.watch();
    if (!mapped(importer) || stop(importer.awaitWriters(), List.of(importer.device().id()))) {
      return stopped;
    }
    return settle(
        importer,
        frame,
        transfer.consume(exporter, importer, frame, bytesOf(exporter), written));
  }

  private boolean mapped(ImporterSide importer) {
    return importer.table().isPresent()
        || !stop(importer.map(DmaDirection.TO_DEVICE), List.of(importer.device().id()));
  }

  private Optional<String> settle(ImporterSide importer, long frame, Outcome outcome) {
    String id = importer.device().id();
    if (!spec.keepMapped().contains(id)) {
      importer.unmap();
    }
    return switch (outcome) {
      case Outcome.Intact i -> Optional.empty();
      case Outcome.WrongBytes w -> {
        wrongChecksums++;
        String text = "wrong bytes at " + importer.device().name();
        seen.note(id, Verdict.CORRUPT, atFrame(frame, "other bytes than were written"));
        yield Optional.of(text);
      }
      case Outcome.Stale s -> {
        wrongChecksums++;
        seen.note(id, Verdict.STALE, atFrame(frame, s.span().text()));
        yield Optional.of("stale bytes at " + importer.device().name());
      }
      case Outcome.Stopped s -> {
        String text = "fault at " + importer.device().name() + ": " + s.fault().name();
        seen.note(id, Verdict.FAULT, atFrame(frame, text));
        yield Optional.of(text);
      }
    };
  }

  private static String atFrame(long frame, String text) {
    return "frame " + frame + ": " + text;
  }

  /** The last part of an id, for readers. */
  private static String nameOf(String id) {
    return id.substring(id.lastIndexOf('/') + 1);
  }

  /** Detaches and frees. */
  void finish() {
    guarded(() -> buffers.forEach(PipelineBuffer::release));
  }

  /** An oops kills this pipeline's thread; the others of the yard go on. */
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (KernelOops oops) {
      stopped = Optional.of("the kernel died: " + oops.getMessage());
    }
  }

  /** What the run saw of an importer. */
  Observed observed(String importer) {
    return seen.of(importer);
  }

  PipelineReport report(List<ImporterReport> importers) {
    stopped.ifPresent(reason -> losses.add(reason, spec.frames() - nextFrame));
    long lostWhileMoving = framesIn - framesOut;
    long declared = losses.dropped().stream().mapToLong(d -> d.frames()).sum();
    long neverFilled = spec.frames() - framesIn;
    if (declared < lostWhileMoving + neverFilled) {
      losses.add(
          stopped.orElse("stopped in mid-frame"), lostWhileMoving + neverFilled - declared);
    }
    Optional<CpuReport> cpu =
        spec.cpu().reads()
            ? Optional.of(
                new CpuReport(seen.of(DmaEvent.StaleRead.CPU), spec.cpu().expected()))
            : Optional.empty();
    return new PipelineReport(
        spec.name(),
        spec.frames(),
        framesOut,
        losses.dropped(),
        wrongChecksums,
        bouncedBytes,
        cpu,
        breakage.incidents(),
        importers);
  }
}
