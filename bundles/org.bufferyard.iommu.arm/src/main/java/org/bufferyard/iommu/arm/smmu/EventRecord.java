package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * An event record (SMMU architecture, 7.3): 32 bytes.
 *
 * <pre>
 * 0  event number 7:0, SSV 11, SSID 31:12, StreamID 63:32
 * 1  STAG 15:0, Stall 31, PnU 33, InD 34, RnW 35, S2 39, Class 41:40
 * 2  input address
 * 3  IPA or fetch address
 * </pre>
 *
 * <p>Substreams and stalls are not modelled: their fields are 0.
 *
 * @param kind 0 to 3: context fetch, table fetch, input address, reserved
 * @param last IPA of a stage 2 fault, or what could not be fetched
 */
record EventRecord(
    SmmuV3Event event, long stream, boolean read, boolean stage2, int kind, long input, long last) {
  static final int SHIFT = 5;

  private static final long RNW = 1L << 35;
  private static final long S2 = 1L << 39;
  private static final int CLASS_SHIFT = 40;

  /** The driver spells an event out; before, it printed the four words alone. */
  private static final Rule SPELT_OUT = Rule.of("D14", "arm_smmu_dump_event").since(6, 14);

  private static final List<String> CLASSES =
      List.of(
          "CD fetch",
          "Stage 1 translation table fetch",
          "Input address caused fault",
          "Reserved");

  private long second() {
    return (read ? RNW : 0) | (stage2 ? S2 : 0) | (long) kind << CLASS_SHIFT;
  }

  void write(TableMemory memory, long at) {
    memory.writeLong(at, event.number() | stream << 32);
    memory.writeLong(at + 8, second());
    memory.writeLong(at + 16, input);
    memory.writeLong(at + 24, last);
  }

  static EventRecord read(TableMemory memory, long at) {
    long first = memory.readLong(at);
    long second = memory.readLong(at + 8);
    return new EventRecord(
        SmmuV3Event.of((int) first & 0xff),
        first >>> 32,
        (second & RNW) != 0,
        (second & S2) != 0,
        (int) (second >>> CLASS_SHIFT) & 3,
        memory.readLong(at + 16),
        memory.readLong(at + 24));
  }

  /**
   * The lines that arm_smmu_evtq_thread() prints, without the kernel's time.
   *
   * @param unit the SMMU's device name
   * @param client the name of the device behind the stream
   */
  List<String> log(String unit, String client, KernelProfile kernel) {
    String prefix = "arm-smmu-v3 " + unit + ": ";
    List<String> lines = new ArrayList<>();
    lines.add(prefix + "event 0x%02x received:".formatted(event.number()));
    for (long word : new long[] {event.number() | stream << 32, second(), input, last}) {
      lines.add(prefix + "\t0x%016x".formatted(word));
    }
    if (SPELT_OUT.holdsIn(kernel)) {
      spellOut(prefix, client, lines);
    }
    return lines;
  }

  private void spellOut(String prefix, String client, List<String> lines) {
    String who =
        prefix + "event: %s client: %s sid: %#x ssid: 0x0".formatted(event, client, stream);
    switch (event) {
      case F_TRANSLATION, F_ADDR_SIZE, F_ACCESS, F_PERMISSION -> {
        lines.add(who + " iova: %#x ipa: %#x".formatted(input, last));
        lines.add(
            prefix
                + "unpriv data %s %s \"%s\" stag: 0x0"
                    .formatted(
                        read ? "read" : "write", stage2 ? "s2" : "s1", CLASSES.get(kind)));
      }
      case F_STE_FETCH, F_CD_FETCH -> lines.add(who + " fetch_addr: %#x".formatted(last));
      default -> lines.add(who);
    }
  }
}
