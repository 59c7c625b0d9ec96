package org.bufferyard.scenario.run;

import java.util.Optional;
import java.util.zip.CRC32C;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.platform.yard.YardState;

/** The CPU reads a frame as the ioctls ask it to: begin, read through vmap, end (F7, F8). */
final class CpuReader {
  static final String WRONG_BYTES = "the CPU read other bytes";

  private static final int CHUNK_BYTES = 1 << 16;

  private final YardState yard;
  private final DmaBuf buffer;

  CpuReader(YardState yard, DmaBuf buffer) {
    this.yard = yard;
    this.buffer = buffer;
  }

  /** What went wrong; empty when the CPU saw the frame. */
  Optional<String> read(long sizeBytes, long checksum) {
    int rc = yard.dmaBufs().beginCpuAccess(buffer, DmaDirection.FROM_DEVICE);
    if (rc < 0) {
      return Optional.of("begin_cpu_access failed with " + Errno.text(rc));
    }
    MapResult mapped = yard.dmaBufs().vmap(buffer);
    if (mapped.rc() < 0) {
      yard.dmaBufs().endCpuAccess(buffer, DmaDirection.FROM_DEVICE);
      return Optional.of("vmap failed with " + Errno.text(mapped.rc()));
    }
    long seen = checksum(mapped.mapping().orElseThrow(), sizeBytes);
    yard.dmaBufs().vunmap(buffer);
    rc = yard.dmaBufs().endCpuAccess(buffer, DmaDirection.FROM_DEVICE);
    if (rc < 0) {
      return Optional.of("end_cpu_access failed with " + Errno.text(rc));
    }
    return seen == checksum ? Optional.empty() : Optional.of(WRONG_BYTES);
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
}
