package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaAddress;
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

    /** The hardware stopped a device. */
    record Stopped(String device, Translation.Fault fault) implements Outcome {}
  }

  private final YardState yard;
  private final Reasons reasons;

  public FrameTransfer(YardState yard) {
    this.yard = yard;
    this.reasons = new Reasons(yard.events());
  }

  /** The exporter writes frame {@code sequence}. */
  public FrameResult fill(
      YardDevice device, List<BusSegment> segments, long sequence, long sizeBytes) {
    return yard.hardware(device).fill(new Frame(sequence, segments, sizeBytes));
  }

  /** The importer reads it; the chain gets a step that says what came of it. */
  public Outcome consume(
      YardDevice device,
      List<BusSegment> segments,
      long sequence,
      long sizeBytes,
      FrameResult written) {
    FrameResult read = yard.hardware(device).consume(new Frame(sequence, segments, sizeBytes));
    if (read.fault().isPresent()) {
      return stopped(device, read.fault().get(), sequence);
    }
    boolean same = read.checksum() == written.checksum();
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
