package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.kernel.Errno;

/**
 * Stream matching of an SMMUv2: SMR registers with an id and a mask of bits to ignore, and the S2CR
 * behind each ({@code arm-smmu.c: arm_smmu_find_sme()}). Engine thread only.
 */
final class StreamMap {
  /** No register matches. */
  static final int NONE = -1;

  /** Several registers match. */
  static final int CONFLICT = -2;

  /** Bank of an S2CR that lets everything pass. */
  static final int BYPASS = -1;

  /** Bank of an S2CR that refuses everything. */
  static final int FAULT = -2;

  private final int[] id;
  private final int[] mask;

  /** Streams that use a register; 0 when it is free. */
  private final int[] users;

  /** S2CR: a context bank, {@link #BYPASS} or {@link #FAULT}. */
  private final int[] bank;

  StreamMap(int registers) {
    id = new int[registers];
    mask = new int[registers];
    users = new int[registers];
    bank = new int[registers];
  }

  /**
   * A register for a stream: one whose mask covers it already, else a free one.
   *
   * @return its index; -EINVAL when the stream overlaps one of another mask, -ENOSPC without a free
   *     one
   */
  int take(int streamId, int streamMask) {
    int free = NONE;
    for (int i = 0; i < id.length; i++) {
      if (users[i] == 0) {
        free = free == NONE ? i : free;
        continue;
      }
      int different = id[i] ^ streamId;
      if ((streamMask & mask[i]) == streamMask && (different & ~mask[i]) == 0) {
        users[i]++;
        return i;
      }
      if ((different & ~(mask[i] | streamMask)) == 0) {
        return Errno.EINVAL.rc();
      }
    }
    if (free == NONE) {
      return Errno.ENOSPC.rc();
    }
    id[free] = streamId;
    mask[free] = streamMask;
    users[free] = 1;
    bank[free] = FAULT;
    return free;
  }

  void giveBack(int index) {
    users[index]--;
  }

  void route(int index, int toBank) {
    bank[index] = toBank;
  }

  /** Whether other streams use the register too. */
  boolean isShared(int index) {
    return users[index] > 1;
  }

  int bank(int index) {
    return bank[index];
  }

  /** Sends all registers that lead to a bank into {@link #FAULT}. */
  void drop(int goneBank) {
    for (int i = 0; i < id.length; i++) {
      if (bank[i] == goneBank) {
        bank[i] = FAULT;
      }
    }
  }

  /** The register that matches a transaction; {@link #NONE} or {@link #CONFLICT}. */
  int match(long streamId) {
    int found = NONE;
    for (int i = 0; i < id.length; i++) {
      if (users[i] != 0 && ((id[i] ^ streamId) & ~mask[i]) == 0) {
        if (found != NONE) {
          return CONFLICT;
        }
        found = i;
      }
    }
    return found;
  }
}
