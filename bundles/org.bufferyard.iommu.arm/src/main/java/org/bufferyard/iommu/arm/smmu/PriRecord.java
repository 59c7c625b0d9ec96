package org.bufferyard.iommu.arm.smmu;

import java.util.List;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * A page request as it stands in the PRI queue (SMMU architecture, 8): 16 bytes.
 *
 * <pre>
 * 0  StreamID 31:0, SubstreamID 51:32, Priv 58, X 59, R 60, W 61, L 62, SSV 63
 * 1  PRGIndex 8:0, page address 63:12
 * </pre>
 *
 * @param from who asks for what; without a substream neither privileged nor to execute
 * @param last whether it ends its group, which is then to be answered
 * @param group PRGIndex
 */
record PriRecord(Transaction from, boolean last, int group) {
  static final int SHIFT = 4;

  /** PRGIndex wraps here. */
  static final int GROUPS = 1 << 9;

  private static final int SSID_SHIFT = 32;
  private static final int SSID = 0xf_ffff;
  private static final long PRIV = 1L << 58;
  private static final long X = 1L << 59;
  private static final long R = 1L << 60;
  private static final long W = 1L << 61;
  private static final long L = 1L << 62;
  private static final long SSV = 1L << 63;
  private static final long STREAM = 0xffff_ffffL;
  private static final long ADDRESS = -0x1000L;

  private long first() {
    long substream =
        from.hasSubstream()
            ? SSV
                | (long) from.substream() << SSID_SHIFT
                | (from.privileged() ? PRIV : 0)
                | (from.instruction() ? X : 0)
            : 0;
    return from.stream() & STREAM | substream | (from.write() ? W : R) | (last ? L : 0);
  }

  void write(TableMemory memory, long at) {
    memory.writeLong(at, first());
    memory.writeLong(at + 8, from.address() & ADDRESS | group);
  }

  static PriRecord read(TableMemory memory, long at) {
    long first = memory.readLong(at);
    long second = memory.readLong(at + 8);
    int substream =
        (first & SSV) != 0
            ? (int) (first >>> SSID_SHIFT) & SSID
            : AccessAttributes.NO_PASID;
    return new PriRecord(
        new Transaction(
            first & STREAM,
            substream,
            second & ADDRESS,
            (first & W) != 0,
            (first & PRIV) != 0,
            (first & X) != 0),
        (first & L) != 0,
        (int) second & (GROUPS - 1));
  }

  /** The lines of arm_smmu_handle_ppr(), without the kernel's time. */
  List<String> log(String unit) {
    String prefix = "arm-smmu-v3 " + unit + ": ";
    return List.of(
        prefix + "unexpected PRI request received:",
        prefix
            + "\tsid 0x%08x.0x%05x: [%d%s] %sprivileged %s%s%s access at iova 0x%016x"
                .formatted(
                    from.stream(),
                    from.hasSubstream() ? from.substream() : 0,
                    group,
                    last ? "L" : "",
                    from.privileged() ? "" : "un",
                    from.write() ? "" : "R",
                    from.write() ? "W" : "",
                    from.instruction() ? "X" : "",
                    from.address() & ADDRESS));
  }
}
