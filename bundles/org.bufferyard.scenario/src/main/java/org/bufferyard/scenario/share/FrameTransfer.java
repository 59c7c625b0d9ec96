package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * Moves real bytes: the exporter's hardware fills a frame through its addresses, the importer's
 * reads it through its own, and the checksums tell whether they met the same memory.
 */
public final class FrameTransfer {

  /** How a transfer ended. */
  public sealed interface Outcome {
    /** The importer read what the exporter wrote. */
    record Intact(long checksum) implements Outcome {}

    /** The importer read other bytes. */
    record WrongBytes(long written, long read) implements Outcome {}

    /** The importer read bytes that a cache kept from memory, or memory from it. */
    record Stale(StaleSpan span) implements Outcome {}

    /** The hardware stopped a device. */
    record Stopped(String device, Translation.Fault fault) implements Outcome {}
  }

  private final YardState yard;
  private final Reasons reasons;
  private long watched;

  public FrameTransfer(YardState yard) {
    this.yard = yard;
    this.reasons = new Reasons(yard.events());
  }

  /**
   * The exporter writes frame {@code sequence}, between the syncs that its driver makes: V4L2 queues a
   * buffer before its device fills it, and takes it out of the queue after.
   */
  public FrameResult fill(ExporterSide exporter, long sequence, long sizeBytes) {
    Optional<DmaFence> announced = exporter.announceWrite(sequence);
    FrameResult written = write(exporter, sequence, sizeBytes);
    announced.ifPresent(DmaFence::signal);
    return written;
  }

  private FrameResult write(ExporterSide exporter, long sequence, long sizeBytes) {
    exporter.prepare();
    FrameResult written =
        exporter.hardware().fill(new Frame(sequence, exporter.segments(), sizeBytes));
    exporter.finish();
    watch();
    return written;
  }

  /**
   * The importer is told of a frame before the exporter's write arrives. One that waits for the
   * writers of a buffer still reads the frame, if the exporter said that it writes.
   */
  public Outcome consumeLate(
      ExporterSide exporter, ImporterSide importer, long sequence, long sizeBytes) {
    Optional<DmaFence> announced = exporter.announceWrite(sequence);
    if (announced.isPresent() && importer.awaitsWriters()) {
      reasons.step(
          ShareRules.AWAIT_WRITERS,
          importer.device().id(),
          "waits for the writers of the buffer before it reads frame "
              + sequence
              + ": the late write is done by then",
          "context",
          Long.toString(announced.get().context()),
          "seqno",
          Long.toString(announced.get().seqno()));
      FrameResult written = write(exporter, sequence, sizeBytes);
      announced.get().signal();
      return consume(exporter, importer, sequence, sizeBytes, written);
    }
    FrameResult read =
        yard.hardware(importer.device())
            .consume(new Frame(sequence, importer.segments(), sizeBytes));
    FrameResult written = write(exporter, sequence, sizeBytes);
    announced.ifPresent(DmaFence::signal);
    if (read.fault().isPresent()) {
      return stopped(importer.device(), read.fault().get(), sequence);
    }
    return read.checksum() == written.checksum()
        ? new Outcome.Intact(read.checksum())
        : new Outcome.WrongBytes(written.checksum(), read.checksum());
  }

  /** From here on a stale read tells why the next importer's bytes are wrong. */
  public void watch() {
    watched = yard.events().mark();
  }

  /** The importer reads it; the chain gets a step that says what came of it. */
  public Outcome consume(
      ExporterSide exporter,
      ImporterSide importer,
      long sequence,
      long sizeBytes,
      FrameResult written) {
    YardDevice device = importer.device();
    List<BusSegment> segments = importer.segments();
    Frame frame = new Frame(sequence, segments, sizeBytes);
    FrameResult read = yard.hardware(device).consume(frame);
    if (read.fault().isPresent()) {
      return stopped(device, read.fault().get(), sequence);
    }
    boolean same = read.checksum() == written.checksum();
    Optional<StaleSpan> stale =
        same ? Optional.empty() : staleBytes(exporter, device, frame, written);
    if (stale.isPresent()) {
      return stale(device, stale.get(), sequence);
    }
    reasons.step(
        ShareRules.TRANSFER,
        device.id(),
        (same
                ? "reads frame " + sequence + " through "
                : "reads other bytes than frame " + sequence + " through ")
            + DmaAddress.hex(segments.getFirst().address())
            + (same ? ": the bytes are the exporter's" : ": silent corruption"),
        "written",
        Long.toHexString(written.checksum()),
        "read",
        Long.toHexString(read.checksum()));
    return same
        ? new Outcome.Intact(read.checksum())
        : new Outcome.WrongBytes(written.checksum(), read.checksum());
  }

  /** The importer's own, or those of a core that copied for it. */
  private Optional<StaleSpan> staleBytes(
      ExporterSide exporter, YardDevice device, Frame frame, FrameResult written) {
    List<DmaEvent> events = yard.events().since(watched);
    return StaleSpan.of(events, device.id(), exporter)
        .filter(s -> cachesAloneAreWrong(device, frame, written))
        .or(() -> StaleSpan.of(events, DmaEvent.StaleRead.CPU, exporter));
  }

  /** Without caches the bytes would be right: otherwise they are wrong for another reason first. */
  private boolean cachesAloneAreWrong(YardDevice device, Frame frame, FrameResult written) {
    yard.events().record(false);
    try {
      return yard.cache().coherently(() -> yard.hardware(device).consume(frame)).checksum()
          == written.checksum();
    } finally {
      yard.events().record(true);
    }
  }

  private Outcome stale(YardDevice device, StaleSpan span, long sequence) {
    boolean skipped =
        yard.events().since(watched).stream()
            .anyMatch(
                e ->
                    e instanceof DmaEvent.SgMapped mapped
                        && mapped.element().equals(device.id())
                        && (mapped.attrs() & DmaAttr.SKIP_CPU_SYNC.mask()) != 0);
    if (skipped && !device.isCoherent()) {
      reasons.step(
          ShareRules.SKIPPED_SYNC,
          device.id(),
          "the exporter maps with DMA_ATTR_SKIP_CPU_SYNC: nobody cleans the caches for "
              + device.name()
              + ", which goes past them");
    }
    String who =
        span.reader().equals(device.id()) ? "reads" : "gets what a core copied for it:";
    reasons.step(
        ShareRules.CACHE,
        device.id(),
        who + " of frame " + sequence + " " + span.text(),
        "offset",
        span.offset() < 0 ? "" : DmaAddress.hex(span.offset()),
        "wrong",
        Long.toString(span.wrong()),
        "expected",
        span.expected(),
        "actual",
        span.actual());
    return new Outcome.Stale(span);
  }

  /** The outcome of a device that its hardware stopped. */
  public Outcome.Stopped stopped(YardDevice device, Translation.Fault fault, long sequence) {
    reasons.step(
        ShareRules.TRANSFER,
        device.id(),
        (fault.write() ? "writing" : "reading")
            + " frame "
            + sequence
            + " faults at "
            + DmaAddress.hex(fault.address())
            + ": "
            + fault.name(),
        "address",
        DmaAddress.hex(fault.address()),
        "fault",
        fault.name());
    return new Outcome.Stopped(device.id(), fault);
  }

  /** The exporter's own fault, if it had one. */
  public Optional<Outcome.Stopped> exporterFault(
      YardDevice device, FrameResult written, long sequence) {
    return written.fault().map(f -> stopped(device, f, sequence));
  }
}
