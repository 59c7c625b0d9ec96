package org.bufferyard.yard.memory;

import java.util.HexFormat;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Rule;

/** What one access read otherwise than it was last written, and what it read right by luck. */
final class StaleBytes {
  /** Cache maintenance is what a right access waits for. */
  static final Rule RULE = Rule.of("C9", "arch_sync_dma_for_device, arch_sync_dma_for_cpu");

  private static final int SHOWN = 8;

  private final boolean coherent;
  private final byte[] expected = new byte[SHOWN];
  private final byte[] actual = new byte[SHOWN];
  private long phys;
  private int shown;
  private long wrong;
  private String why = "";
  private String luck = "";

  /**
   * For one access.
   *
   * @param coherent whether the reader gets what was written last instead
   */
  StaleBytes(boolean coherent) {
    this.coherent = coherent;
  }

  /**
   * Compares what was read with what was written last.
   *
   * @param at physical address of the first byte
   * @return whether all bytes agree
   */
  boolean compare(long at, byte[] read, int offset, byte[] latest, int length, String cause) {
    if (coherent) {
      System.arraycopy(latest, 0, read, offset, length);
    }
    long before = wrong;
    for (int i = 0; i < length; i++) {
      boolean differs = read[offset + i] != latest[i];
      if (differs && wrong == 0) {
        phys = at + i;
        why = cause;
      }
      wrong += differs ? 1 : 0;
      if (wrong > 0 && shown < SHOWN && at + i == phys + shown) {
        expected[shown] = latest[i];
        actual[shown] = read[offset + i];
        shown++;
      }
    }
    return wrong == before;
  }

  /** The bytes agree although nothing made sure of it. */
  void luck(String cause) {
    luck = coherent ? "" : cause;
  }

  /** Tells what there is to tell about this reader's access. */
  void report(String reader, EventSink events) {
    if (!events.on()) {
      return;
    }
    if (wrong > 0) {
      events.emit(
          new DmaEvent.StaleRead(reader, phys, wrong, hex(expected), hex(actual), why));
    } else if (!luck.isEmpty()) {
      events.emit(
          new DmaEvent.HazardRaised(
              RULE, reader, reader + " reads the right bytes by luck: " + luck));
    }
  }

  private String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown);
  }
}
