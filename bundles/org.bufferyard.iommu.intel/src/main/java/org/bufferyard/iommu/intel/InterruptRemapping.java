package org.bufferyard.iommu.intel;

import java.util.HashMap;
import java.util.Map;

/**
 * What one unit does with interrupt requests (VT-d specification chapter 5): with remapping on it looks
 * the entry up that the message names, verifies who asks, and sends what the entry says; entries stay in
 * the interrupt entry cache until they are invalidated. With it off every message passes as it is.
 *
 * <p>Posted entries set the bit of their vector in the descriptor in memory (PIR), and send the
 * notification unless one is outstanding (ON) or suppressed (SN).
 *
 * <p>Cost: one entry read for a miss. Engine thread only. Not modelled: the interrupt controllers
 * behind; interrupts of I/O APICs and the unit's own; the address of a posted descriptor by a guest.
 */
final class InterruptRemapping {
  /** What became of a message. */
  sealed interface Outcome {
    /**
     * It goes on.
     *
     * @param index of the entry; -1 for one that was not remapped
     * @param posted whether the vector went into a descriptor in memory
     */
    record Sent(int index, int vector, int destination, boolean posted, boolean stale)
        implements Outcome {}

    /**
     * It stops here.
     *
     * @param logged whether it is a fault that is recorded
     */
    record Refused(DmarFault why, int index, boolean logged) implements Outcome {}
  }

  /** IRTA.EIME. */
  static final long EXTENDED = 1 << 11;

  private static final long ADDRESS = -1L << 12;

  private record Cached(long low, long high) {}

  private final TableWords words;
  private final Capabilities unit;
  private final Map<Integer, Cached> cache = new HashMap<>();

  /** IRTA; {@code NONE} while GCMD.IRE is clear. */
  private long table = TableWords.NONE;

  /** GCMD.CFI: compatibility format messages pass. */
  private boolean compatible;

  InterruptRemapping(TableWords words, Capabilities unit) {
    this.words = words;
    this.unit = unit;
  }

  /**
   * IRTA with GCMD.SIRTP and IRE.
   *
   * @param register table address 63:12, EIME 11, S 3:0: 2^(S+1) entries
   * @param compatibility GCMD.CFI
   */
  void enable(long register, boolean compatibility) {
    table = register;
    compatible = compatibility;
    cache.clear();
  }

  void disable() {
    table = TableWords.NONE;
    cache.clear();
  }

  boolean isOn() {
    return table != TableWords.NONE;
  }

  private boolean isExtended() {
    return (table & EXTENDED) != 0;
  }

  /** Drops what the cache has of {@code 1 << mask} entries from {@code index} on. */
  void invalidate(int index, int mask) {
    cache.keySet().removeIf(i -> i >>> mask == index >>> mask);
  }

  void invalidateAll() {
    cache.clear();
  }

  Outcome take(int source, InterruptMessage message) {
    if (!isOn()) {
      return passed(message);
    }
    if (!message.isRemappable()) {
      return compatible && !isExtended()
          ? passed(message)
          : new Outcome.Refused(DmarFault.INTERRUPT_COMPATIBILITY, 0, true);
    }
    int index = message.index();
    if (message.isReserved()) {
      return new Outcome.Refused(DmarFault.INTERRUPT_RESERVED, index, true);
    }
    if (index >= 2 << (int) (table & 0xf)) {
      return new Outcome.Refused(DmarFault.INTERRUPT_INDEX, index, true);
    }
    return remap(source, index);
  }

  private static Outcome passed(InterruptMessage message) {
    return new Outcome.Sent(-1, message.vector(), message.destination(), false, false);
  }

  private Outcome remap(int source, int index) {
    long at = (table & ADDRESS) + (long) index * InterruptEntry.BYTES;
    if (!cache.containsKey(index) && !words.answers(at)) {
      return new Outcome.Refused(DmarFault.INTERRUPT_TABLE, index, true);
    }
    Cached entry = cache.getOrDefault(index, read(at));
    long low = entry.low();
    if (!InterruptEntry.isPresent(low)) {
      return new Outcome.Refused(
          DmarFault.INTERRUPT_NOT_PRESENT, index, !InterruptEntry.isQuiet(low));
    }
    if (InterruptEntry.isReserved(low, entry.high(), unit.postsInterrupts(), isExtended())) {
      return new Outcome.Refused(DmarFault.INTERRUPT_ENTRY_RESERVED, index, true);
    }
    if (!InterruptEntry.admits(entry.high(), source)) {
      return new Outcome.Refused(DmarFault.INTERRUPT_SOURCE, index, true);
    }
    cache.put(index, entry);
    boolean stale = !entry.equals(read(at));
    return InterruptEntry.isPosted(low)
        ? post(index, InterruptEntry.vector(low), entry, stale)
        : new Outcome.Sent(
            index,
            InterruptEntry.vector(low),
            InterruptEntry.destination(low, isExtended()),
            false,
            stale);
  }

  private Cached read(long at) {
    return new Cached(words.read(at), words.read(at + Long.BYTES));
  }

  /**
   * Posted interrupt descriptor: PIR 255:0, ON 256, SN 257, NV 279:272, NDST 319:288 (VT-d
   * specification 9.11).
   */
  private Outcome post(int index, int vector, Cached entry, boolean stale) {
    long descriptor = InterruptEntry.descriptor(entry.low(), entry.high());
    if (!words.answers(descriptor)) {
      return new Outcome.Refused(DmarFault.INTERRUPT_TABLE, index, true);
    }
    long pending = descriptor + (vector >>> 6) * (long) Long.BYTES;
    words.write(pending, words.read(pending) | 1L << (vector & 63));
    long control = words.read(descriptor + 32);
    if ((control & 3) != 0) {
      return new Outcome.Sent(index, 0, 0, true, stale);
    }
    words.write(descriptor + 32, control | 1);
    return new Outcome.Sent(
        index, (int) (control >>> 16) & 0xff, (int) (control >>> 32), true, stale);
  }
}
