package org.bufferyard.platform.verdict;

/** What becomes of a share. The first that applies counts, in this order. */
public enum Verdict {
  /**
   * An errno says no. Without an errno it is Bufferyard that says no more: an IOMMU in the way has a
   * table format that no installed bundle brings ({@link Share#stop}).
   */
  REFUSED,
  /** The kernel dies. */
  OOPS,
  /** The device's access faults. */
  FAULT,
  /** Success, wrong bytes. */
  CORRUPT,
  /** Success, bytes that a cache kept from memory or from the reader. */
  STALE,
  /** The bytes were copied by software. */
  COPIED,
  /** The bytes went through a bounce buffer. */
  BOUNCED,
  /** Zero copy. */
  SHARED
}
