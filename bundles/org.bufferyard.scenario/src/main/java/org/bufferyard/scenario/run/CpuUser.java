package org.bufferyard.scenario.run;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.platform.scenario.SyncChange.Point;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.ExporterSide;
import org.bufferyard.scenario.share.StaleSpan;
import org.bufferyard.scenario.share.SyncPlan;

/**
 * User space uses a frame as the ioctls ask it to: begin, read or write through the mapping, end (F7,
 * F8, F13); or as the scenario has it, without one of them. Engine thread only.
 */
final class CpuUser {
  private static final int CHUNK_BYTES = 1 << 16;

  /** Sequence numbers of what user space draws: none that a device uses. */
  private static final long DRAWN = 1L << 62;

  /** What came of reading; the text is empty when all was well. */
  record Reading(Verdict verdict, String text) {}

  private final YardState yard;
  private final ExporterSide exporter;
  private final SyncPlan syncs;

  CpuUser(YardState yard, ExporterSide exporter, SyncPlan syncs) {
    this.yard = yard;
    this.exporter = exporter;
    this.syncs = syncs;
  }

  Reading read(long sizeBytes, long checksum) {
    long mark = yard.events().mark();
    long[] seen = new long[1];
    Optional<String> trouble =
        use(DmaDirection.FROM_DEVICE, mapping -> seen[0] = checksum(mapping, sizeBytes));
    if (trouble.isPresent()) {
      return new Reading(Verdict.REFUSED, trouble.get());
    }
    if (seen[0] == checksum) {
      return new Reading(Verdict.SHARED, "");
    }
    return StaleSpan.of(yard.events().since(mark), DmaEvent.StaleRead.CPU, exporter)
        .map(s -> new Reading(Verdict.STALE, s.text()))
        .orElse(new Reading(Verdict.CORRUPT, "other bytes than were written"));
  }

  /** Draws the whole frame; what the importers have to find then, or why it could not. */
  Optional<String> write(long sequence, long sizeBytes) {
    return use(DmaDirection.TO_DEVICE, mapping -> draw(mapping, sequence | DRAWN, sizeBytes));
  }

  /** The frame as {@link #write} leaves it. */
  static FrameResult drawn(long sequence, long sizeBytes) {
    return new FrameResult(
        PatternedDevice.checksum(sequence | DRAWN, sizeBytes), Optional.empty());
  }

  private Optional<String> use(DmaDirection direction, Consumer<CpuMapping> work) {
    if (exporter.exported().isEmpty()) {
      return Optional.of("there is no dma-buf that the CPU could map");
    }
    Optional<DmaDirection> begin = syncs.at(Point.CPU_BEGIN, direction);
    if (begin.isPresent()) {
      int rc = yard.dmaBufs().beginCpuAccess(exporter.buffer(), begin.get());
      if (rc < 0) {
        return Optional.of("begin_cpu_access failed with " + Errno.text(rc));
      }
    }
    MapResult mapped = yard.dmaBufs().vmap(exporter.buffer());
    if (mapped.rc() == 0) {
      work.accept(mapped.mapping().orElseThrow());
      yard.dmaBufs().vunmap(exporter.buffer());
    }
    int rc =
        syncs
            .at(Point.CPU_END, direction)
            .map(d -> yard.dmaBufs().endCpuAccess(exporter.buffer(), d))
            .orElse(0);
    if (mapped.rc() < 0) {
      return Optional.of("vmap failed with " + Errno.text(mapped.rc()));
    }
    return rc < 0
        ? Optional.of("end_cpu_access failed with " + Errno.text(rc))
        : Optional.empty();
  }

  private static long checksum(CpuMapping mapping, long sizeBytes) {
    CRC32C crc = new CRC32C();
    byte[] chunk = new byte[CHUNK_BYTES];
    for (long at = 0; at < sizeBytes; at += CHUNK_BYTES) {
      int length = (int) Math.min(CHUNK_BYTES, sizeBytes - at);
      mapping.read(at, chunk, 0, length);
      crc.update(chunk, 0, length);
    }
    return crc.getValue();
  }

  private static void draw(CpuMapping mapping, long sequence, long sizeBytes) {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (long at = 0; at < sizeBytes; at += CHUNK_BYTES) {
      int length = (int) Math.min(CHUNK_BYTES, sizeBytes - at);
      for (int i = 0; i < length; i++) {
        chunk[i] = PatternedDevice.patternByte(sequence, at + i);
      }
      mapping.write(at, chunk, 0, length);
    }
  }
}
