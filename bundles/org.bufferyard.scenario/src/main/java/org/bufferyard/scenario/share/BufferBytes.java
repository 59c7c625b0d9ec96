package org.bufferyard.scenario.share;

import java.util.List;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.yard.YardState;

/**
 * The bytes of a buffer as whoever wrote them last meant them. No kernel moves a frame so, and
 * nothing of it is in the event stream: it is the platform that takes them aside and puts them back.
 * Engine thread only.
 */
final class BufferBytes {
  private interface RunWork {
    void on(long phys, int at, int length);
  }

  private final YardState yard;
  private final List<PhysRange> runs;

  BufferBytes(YardState yard, List<PhysRange> runs) {
    this.yard = yard;
    this.runs = runs;
  }

  byte[] read(long sizeBytes) {
    byte[] bytes = new byte[Math.toIntExact(sizeBytes)];
    eachRun(
        bytes, (phys, at, length) -> yard.cache().read(phys, Pgprot.CACHED, bytes, at, length));
    return bytes;
  }

  /** Through the caches, which know of everything that is written, and out of them. */
  void write(byte[] bytes) {
    eachRun(
        bytes,
        (phys, at, length) -> {
          yard.cache().write(phys, Pgprot.CACHED, bytes, at, length);
          yard.cache().clean(phys, length);
          yard.cache().invalidate(phys, length);
        });
  }

  private void eachRun(byte[] bytes, RunWork work) {
    boolean on = yard.events().on();
    yard.events().record(false);
    try {
      yard.cache()
          .coherently(
              () -> {
                int at = 0;
                for (PhysRange run : runs) {
                  int length = (int) Math.min(run.size(), bytes.length - at);
                  work.on(run.base(), at, length);
                  at += length;
                }
                return at;
              });
    } finally {
      yard.events().record(on);
    }
  }
}
