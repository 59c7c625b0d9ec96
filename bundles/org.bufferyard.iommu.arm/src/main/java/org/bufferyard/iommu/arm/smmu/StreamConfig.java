package org.bufferyard.iommu.arm.smmu;

import java.util.Optional;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;

/**
 * What a stream table entry and, with stage 1, a context descriptor lead to for one stream or
 * substream.
 *
 * @param entry the stream's
 * @param walk of its translations; empty where they are bypassed or aborted
 * @param tag of its translations in the TLB: {@link TlbTag}
 * @param faults of stage 1; those of stage 2 are in the entry
 */
record StreamConfig(
    StreamTableEntry entry, Optional<StageWalk> walk, long tag, Faults faults)
    implements ConfigLookup {

  /** Without translation. */
  static StreamConfig plain(StreamTableEntry entry) {
    return new StreamConfig(entry, Optional.empty(), 0, Faults.TERMINATE);
  }

  boolean aborts() {
    return entry.config() == StreamTableEntry.Config.ABORT;
  }

  boolean stalls(WalkFault fault) {
    return fault.event().isOfTranslation()
        && (fault.stage2() ? entry.stage2().stalls() : faults.stalls());
  }

  boolean records(WalkFault fault) {
    return !fault.event().isOfTranslation()
        || (fault.stage2() ? entry.stage2().records() : faults.records());
  }
}
