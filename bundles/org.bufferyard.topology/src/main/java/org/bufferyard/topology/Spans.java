package org.bufferyard.topology;

import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.topology.model.board.AddressRange;

/** Address ranges as the model holds them: perhaps half stated, perhaps impossible. Stateless. */
final class Spans {
  private Spans() {}

  /** The range; empty when a part is missing, it has no length, or it passes 2^64. */
  static Optional<PhysRange> of(Long base, Long size) {
    if (base == null || size == null || size == 0) {
      return Optional.empty();
    }
    long end = base + size;
    return end != 0 && Long.compareUnsigned(end, base) < 0
        ? Optional.empty()
        : Optional.of(new PhysRange(base, size));
  }

  static Optional<PhysRange> of(AddressRange range) {
    return of(range.getBase(), range.getSize());
  }

  /** {@code 0x40000000..0x7fffffff}. */
  static String text(PhysRange range) {
    return Notation.printAddress(range.base()) + ".." + Notation.printAddress(range.last());
  }

  static boolean isAligned(long value, long alignment) {
    return Long.remainderUnsigned(value, alignment) == 0;
  }

  static boolean isPowerOfTwo(long value) {
    return Long.bitCount(value) == 1;
  }

  /** Bytes from 0 to that address, itself included; all ones minus nothing stays all ones. */
  static long sizeUpTo(long last) {
    return last == -1L ? -1L : last + 1;
  }

  /** 2^bits - 1 for 0 to 64 bits. */
  static long mask(int bits) {
    return bits >= 64 ? -1L : (1L << bits) - 1;
  }
}
