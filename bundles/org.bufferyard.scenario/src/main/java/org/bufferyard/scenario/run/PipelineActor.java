package org.bufferyard.scenario.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.DriverProbe;
import org.bufferyard.scenario.share.ExporterSide;
import org.bufferyard.scenario.share.FrameTransfer;
import org.bufferyard.scenario.share.ImporterSide;
import org.bufferyard.scenario.share.Refusal;

/**
 * One pipeline in a yard: its buffers, and a step that moves one frame through all importers.
 * Engine thread only. Frames in = out + dropped at any time.
 */
final class PipelineActor {
  private final PipelineSpec spec;
  private final FrameLosses losses = new FrameLosses();
  private final List<PipelineBuffer> buffers = new ArrayList<>();
  private long framesIn;
  private long framesOut;
  private long wrongChecksums;
  private long bouncedBytes;
  private long nextFrame;
  private Optional<String> stopped = Optional.empty();

  PipelineActor(PipelineSpec spec) {
    this.spec = spec;
  }

  /** A buffer with the importers that are attached to it. */
  private record PipelineBuffer(ExporterSide exporter, List<ImporterSide> importers) {}

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
          for (int i = 0; i < spec.buffers() && stopped.isEmpty(); i++) {
            addBuffer(yard, from);
          }
        });
  }

  private void addBuffer(YardState yard, YardDevice from) {
    ExporterSide exporter = new ExporterSide(yard, from);
    List<ImporterSide> importers = new ArrayList<>();
    buffers.add(new PipelineBuffer(exporter, importers));
    if (stop(exporter.allocate(spec.memory(), spec.sizeBytes()))
        || stop(exporter.export(spec.policy(), spec.forcedOps()))) {
      return;
    }
    for (String id : spec.importers()) {
      ImporterSide importer = new ImporterSide(yard, yard.device(id), exporter.buffer());
      if (stop(importer.attach())) {
        return;
      }
      importers.add(importer);
    }
  }

  private boolean stop(Optional<Refusal> refusal) {
    refusal.ifPresent(r -> stopped = Optional.of(r.at() + " failed with " + Errno.text(r.rc())));
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
    // A long run must not keep every event it ever wrote.
    yard.events().forgetBefore(yard.events().mark());
  }

  private void move(YardState yard, long frame) {
    PipelineBuffer buffer = buffers.get((int) (frame % buffers.size()));
    FrameTransfer transfer = new FrameTransfer(yard);
    FrameResult written =
        transfer.fill(buffer.exporter(), frame, spec.sizeBytes());
    framesIn++;
    if (written.fault().isPresent()) {
      losses.add("exporter fault: " + written.fault().get().name(), 1);
      return;
    }
    if (spec.cpuReads()) {
      new CpuReader(yard, buffer.exporter().buffer())
          .read(spec.sizeBytes(), written.checksum())
          .ifPresent(this::noteCpu);
    }
    for (ImporterSide importer : buffer.importers()) {
      Optional<String> loss = pass(transfer, buffer.exporter(), importer, frame, written);
      if (loss.isPresent()) {
        losses.add(loss.get(), 1);
        return;
      }
    }
    framesOut++;
  }

  private void noteCpu(String trouble) {
    if (trouble.equals(CpuReader.WRONG_BYTES)) {
      wrongChecksums++;
    } else {
      stopped = Optional.of(trouble);
    }
  }

  /** Maps for this one use, lets the device read, unmaps; the reason when the frame is lost. */
  private Optional<String> pass(
      FrameTransfer transfer,
      ExporterSide exporter,
      ImporterSide importer,
      long frame,
      FrameResult written) {
    transfer.watch();
    Optional<Refusal> refusal = importer.map(DmaDirection.TO_DEVICE);
    if (stop(refusal)) {
      return stopped;
    }
    FrameTransfer.Outcome outcome =
        transfer.consume(exporter, importer, frame, spec.sizeBytes(), written);
    importer.unmap();
    return switch (outcome) {
      case FrameTransfer.Outcome.Intact i -> Optional.empty();
      case FrameTransfer.Outcome.WrongBytes w -> {
        wrongChecksums++;
        yield Optional.of("wrong bytes at " + importer.device().name());
      }
      case FrameTransfer.Outcome.Stale s -> {
        wrongChecksums++;
        yield Optional.of("stale bytes at " + importer.device().name());
      }
      case FrameTransfer.Outcome.Stopped s ->
          Optional.of("fault at " + importer.device().name() + ": " + s.fault().name());
    };
  }

  /** Detaches and frees. */
  void finish() {
    guarded(
        () -> {
          for (PipelineBuffer buffer : buffers) {
            buffer.importers().forEach(ImporterSide::detach);
            buffer.exporter().release();
          }
        });
  }

  /** An oops kills this pipeline's thread; the others of the yard go on. */
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (KernelOops oops) {
      stopped = Optional.of("the kernel died: " + oops.getMessage());
    }
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
    return new PipelineReport(
        spec.name(),
        spec.frames(),
        framesOut,
        losses.dropped(),
        wrongChecksums,
        bouncedBytes,
        importers);
  }
}
