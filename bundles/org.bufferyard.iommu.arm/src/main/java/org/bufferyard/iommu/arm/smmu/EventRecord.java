package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * An event record (SMMU architecture, 7.3): 32 bytes.
 *
 * <pre>
 * 0  event number 7:0, SSV 11, SSID 31:12, StreamID 63:32
 * 1  STAG 15:0, Stall 31, PnU 33, InD 34, RnW 35, S2 39, Class 41:40, TTRnW 44
 * 2  input address
 * 3  IPA or fetch address
 * </pre>
 *
 * <p>Not modelled: reasons that an implementation defines; Span and the rights asked for of
 * F_BAD_ATS_TREQ.
 *
 * @param from whose fields an event has: all of a fault of translation, stream and substream of one
 *     of configuration
 * @param fault the event with S2, Class and the last word
 * @param stalled whether it waits
 * @param stag by which it is resumed
 */
record EventRecord(Transaction from, WalkFault fault, boolean stalled, int stag) {
  static final int SHIFT = 5;

  private static final long SSV = 1L << 11;
  private static final int SSID_SHIFT = 12;
  private static final int SSID = 0xf_ffff;
  private static final long STALL = 1L << 31;
  private static final long PNU = 1L << 33;
  private static final long IND = 1L << 34;
  private static final long RNW = 1L << 35;
  private static final long S2 = 1L << 39;
  private static final int CLASS_SHIFT = 40;
  private static final long TTRNW = 1L << 44;

  /** The driver spells an event out; before, it printed the four words alone. */
  private static final Rule SPELT_OUT = Rule.of("D14", "arm_smmu_dump_event").since(6, 14);

  private static final List<String> CLASSES =
      List.of(
          "CD fetch",
          "Stage 1 translation table fetch",
          "Input address caused fault",
          "Reserved");

  /** Of a configuration that cannot be used, which records nothing of the access. */
  static EventRecord ofConfiguration(SmmuV3Event event, Transaction from, long fetched) {
    Transaction who =
        new Transaction(from.stream(), from.substream(), 0, true, false, false);
    return new EventRecord(
        who, new WalkFault(event, false, WalkFault.CLASS_CD, fetched), false, 0);
  }

  SmmuV3Event event() {
    return fault.event();
  }

  private long first() {
    return event().number() | substreamFields() | from.stream() << 32;
  }

  /** Three events have a layout of their own. */
  private long substreamFields() {
    if (!from.hasSubstream()) {
      return 0;
    }
    long substream = (long) from.substream() << SSID_SHIFT;
    return switch (event()) {
      case F_STREAM_DISABLED, F_TRANSL_FORBIDDEN -> 0;
      case C_BAD_SUBSTREAMID -> substream;
      default -> SSV | substream;
    };
  }

  /** What the driver takes for it: of C_BAD_SUBSTREAMID, which lacks SSV, nothing. */
  private int printedSubstream() {
    return from.hasSubstream() && (first() & SSV) != 0 ? from.substream() : 0;
  }

  private long second() {
    return (stalled ? STALL | stag : 0)
        | (from.privileged() ? PNU : 0)
        | (from.instruction() ? IND : 0)
        | (from.write() ? 0 : RNW)
        | (fault.stage2() ? S2 : 0)
        | (long) fault.kind() << CLASS_SHIFT
        // Without hardware updates descriptors are read only.
        | (isTableFetch() && event() == SmmuV3Event.F_PERMISSION ? TTRNW : 0);
  }

  private boolean isTableFetch() {
    return fault.kind() == WalkFault.CLASS_TT;
  }

  void write(TableMemory memory, long at) {
    memory.writeLong(at, first());
    memory.writeLong(at + 8, second());
    memory.writeLong(at + 16, from.address());
    memory.writeLong(at + 24, fault.last());
  }

  static EventRecord read(TableMemory memory, long at) {
    long first = memory.readLong(at);
    long second = memory.readLong(at + 8);
    SmmuV3Event event = SmmuV3Event.of((int) first & 0xff);
    int substream =
        (first & SSV) != 0 || event == SmmuV3Event.C_BAD_SUBSTREAMID
            ? (int) (first >>> SSID_SHIFT) & SSID
            : AccessAttributes.NO_PASID;
    return new EventRecord(
        new Transaction(
            first >>> 32,
            substream,
            memory.readLong(at + 16),
            (second & RNW) == 0,
            (second & PNU) != 0,
            (second & IND) != 0),
        new WalkFault(
            event,
            (second & S2) != 0,
            (int) (second >>> CLASS_SHIFT) & 3,
            memory.readLong(at + 24)),
        (second & STALL) != 0,
        (int) second & 0xffff);
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
    lines.add(prefix + "event 0x%02x received:".formatted(event().number()));
    for (long word : new long[] {first(), second(), from.address(), fault.last()}) {
      lines.add(prefix + "\t0x%016x".formatted(word));
    }
    if (SPELT_OUT.holdsIn(kernel)) {
      spellOut(prefix, client, lines);
    }
    return lines;
  }

  private void spellOut(String prefix, String client, List<String> lines) {
    String who =
        prefix
            + "event: %s client: %s sid: %#x ssid: %#x"
                .formatted(
                    event().printed(),
                    client,
                    from.stream(),
                    printedSubstream());
    switch (event()) {
      case F_TRANSLATION, F_ADDR_SIZE, F_ACCESS, F_PERMISSION -> {
        lines.add(who + " iova: %#x ipa: %#x".formatted(from.address(), fault.last()));
        lines.add(prefix + access());
      }
      case F_STE_FETCH, F_CD_FETCH ->
          lines.add(who + " fetch_addr: %#x".formatted(fault.last()));
      default -> lines.add(who);
    }
  }

  private String access() {
    String walk = "";
    if (isTableFetch()) {
      walk = (second() & TTRNW) != 0 ? " ttd_read" : " ttd_write";
    }
    return "%s %s %s %s \"%s\"%s%s stag: %#x"
        .formatted(
            from.privileged() ? "priv" : "unpriv",
            from.instruction() ? "inst" : "data",
            from.write() ? "write" : "read",
            fault.stage2() ? "s2" : "s1",
            CLASSES.get(fault.kind()),
            walk,
            stalled ? " stall" : "",
            stag);
  }
}
