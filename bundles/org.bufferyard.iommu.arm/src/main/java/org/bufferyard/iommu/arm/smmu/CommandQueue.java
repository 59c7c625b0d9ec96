package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * The driver's end of the command queue ({@code arm-smmu-v3.c: arm_smmu_cmdq_issue_cmdlist()}), and
 * what it says there to make the TLB forget. Engine thread only.
 */
final class CommandQueue {
  private static final int RANGE_UNITS = 31;

  private final TableMemory memory;
  private final Ring ring;
  private final SmmuV3Hardware hardware;
  private final boolean ranges;

  /**
   * @param ranges whether the hardware takes ranges (IDR3.RIL)
   */
  CommandQueue(TableMemory memory, Ring ring, SmmuV3Hardware hardware, boolean ranges) {
    this.memory = memory;
    this.ring = ring;
    this.hardware = hardware;
    this.ranges = ranges;
  }

  void issue(Command command) {
    if (ring.isFull()) {
      hardware.runCommands();
    }
    long at = ring.producerSlot();
    memory.writeLong(at, command.low());
    memory.writeLong(at + 8, command.high());
    ring.produced();
  }

  void sync() {
    issue(new Command.Sync());
    hardware.runCommands();
  }

  /** Issues one that nobody waits for: the hardware gets to it. */
  void issueAlone(Command command) {
    issue(command);
    hardware.runCommands();
  }

  /**
   * __arm_smmu_tlb_inv_range() and its sync.
   *
   * @param scope VA or IPA
   * @param granules supported page sizes of the domain, one bit each
   */
  void forget(
      TlbCommand.Scope scope,
      int vmid,
      int asid,
      long start,
      long last,
      long pageSize,
      long granules,
      boolean leafOnly) {
    if (ranges) {
      forgetRanges(scope, vmid, asid, start, last, pageSize, granules, leafOnly);
    } else {
      for (long at = start; at - start <= last - start; at += pageSize) {
        issue(new TlbCommand.Range(scope, vmid, asid, at, leafOnly, 0, 0, 0, 0));
        if (last - at < pageSize) {
          break;
        }
      }
    }
    sync();
  }

  /** Five bits of the number of pages at a time. */
  private void forgetRanges(
      TlbCommand.Scope scope,
      int vmid,
      int asid,
      long start,
      long last,
      long pageSize,
      long granules,
      boolean leafOnly) {
    int shift = Long.numberOfTrailingZeros(granules);
    int bits = Long.numberOfTrailingZeros(pageSize) - 3;
    int level = leafOnly ? 4 - bits / (shift - 3) : 0;
    long pages = (last - start + 1) >>> shift;
    if (!leafOnly && (pages & RANGE_UNITS) == 1) {
      pages++;
    }
    long at = start;
    while (pages != 0) {
      int scale = Long.numberOfTrailingZeros(pages);
      int units = (int) (pages >>> scale) & RANGE_UNITS;
      issue(
          new TlbCommand.Range(
              scope, vmid, asid, at, leafOnly, (shift - 10) / 2, units - 1, scale, level));
      pages -= (long) units << scale;
      at += (long) units << (scale + shift);
    }
  }
}
