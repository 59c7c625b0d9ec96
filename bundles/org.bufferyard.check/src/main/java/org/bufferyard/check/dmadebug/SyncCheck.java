package org.bufferyard.check.dmadebug;

import java.util.Optional;

/** check_sync(): a sync call against the mapping that must contain it (I13-I18). */
final class SyncCheck {
  private static final int BIDIRECTIONAL = 0;
  private static final int TO_DEVICE = 1;
  private static final int FROM_DEVICE = 2;

  private final EntryHash hash;
  private final KernelLines lines;

  SyncCheck(EntryHash hash, KernelLines lines) {
    this.hash = hash;
    this.lines = lines;
  }

  void check(Entry ref, boolean forDevice) {
    Optional<EntryHash.Held> found = hash.findContaining(ref);
    if (found.isEmpty() && !lines.knowsAll()) {
      return;
    }
    if (found.isEmpty()) {
      lines.error(
          DebugRules.SYNC_NOT_ALLOCATED,
          Optional.empty(),
          "device driver tries to sync DMA memory it has not allocated "
              + KernelLines.place(ref.address(), ref.size()));
      return;
    }
    Entry entry = found.get().entry();
    Optional<Entry> earlier = Optional.of(entry);
    if (Long.compareUnsigned(ref.size(), entry.size()) > 0) {
      // Only where the end of the range wraps: the lookup needs the whole range inside.
      lines.error(
          DebugRules.SYNC_RANGE,
          earlier,
          "device driver syncs DMA memory outside allocated range [device address="
              + KernelLines.hex(entry.address())
              + "] [allocation size="
              + Long.toUnsignedString(entry.size())
              + " bytes] [sync offset+size="
              + Long.toUnsignedString(ref.size())
              + "]");
    }
    if (entry.direction() != BIDIRECTIONAL) {
      direction(ref, entry, forDevice);
      count(ref, entry);
    }
  }

  private void direction(Entry ref, Entry entry, boolean forDevice) {
    Optional<Entry> earlier = Optional.of(entry);
    String how =
        KernelLines.place(ref.address(), entry.size())
            + " [mapped with "
            + KernelLines.direction(entry.direction())
            + "] [synced with "
            + KernelLines.direction(ref.direction())
            + "]";
    if (ref.direction() != entry.direction()) {
      lines.error(
          DebugRules.SYNC_DIRECTION,
          earlier,
          "device driver syncs DMA memory with different direction " + how);
    }
    if (!forDevice && entry.direction() != FROM_DEVICE && ref.direction() != TO_DEVICE) {
      lines.error(
          DebugRules.SYNC_READ_ONLY,
          earlier,
          "device driver syncs device read-only DMA memory for cpu " + how);
    }
    if (forDevice && entry.direction() != TO_DEVICE && ref.direction() != FROM_DEVICE) {
      lines.error(
          DebugRules.SYNC_WRITE_ONLY,
          earlier,
          "device driver syncs device write-only DMA memory to device " + how);
    }
  }

  private void count(Entry ref, Entry entry) {
    if (ref.callEnts() != 0
        && ref.type() == Entry.Type.SCATTER_GATHER
        && ref.callEnts() != entry.callEnts()) {
      lines.error(
          DebugRules.SYNC_COUNT,
          Optional.of(entry),
          "device driver syncs DMA sg list with different entry count [map count="
              + entry.callEnts()
              + "] [sync count="
              + ref.callEnts()
              + "]");
    }
  }
}
