package org.bufferyard.iommu.arm.pgtable;

import org.bufferyard.api.iommu.IommuProt;

/**
 * What may be done with a page, one bit for each combination of access and privilege (Arm ARM
 * D8.4): unprivileged read, write and execute in bits 0 to 2, privileged in bits 3 to 5. An access
 * needs one of them. Stateless.
 */
public final class Rights {
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int EXECUTE = 4;

  /** All of an unprivileged access. */
  public static final int UNPRIVILEGED = READ | WRITE | EXECUTE;

  public static final int ALL = 0x3f;

  private static final int PRIVILEGED_SHIFT = 3;

  private Rights() {}

  /** The right that an access needs; a write is never an instruction. */
  public static int needed(boolean write, boolean privileged, boolean instruction) {
    int right = write ? WRITE : instruction ? EXECUTE : READ;
    return privileged ? right << PRIVILEGED_SHIFT : right;
  }

  /** Rights for privileged accesses, given as those of unprivileged ones. */
  public static int privileged(int rights) {
    return rights << PRIVILEGED_SHIFT;
  }

  /** The same for either privilege. */
  public static int forBoth(int rights) {
    return rights | rights << PRIVILEGED_SHIFT;
  }

  /** READ and WRITE of a format that knows neither privilege nor instructions. */
  static int ofProt(int prot) {
    return forBoth(prot & (IommuProt.READ | IommuProt.WRITE) | EXECUTE);
  }
}
