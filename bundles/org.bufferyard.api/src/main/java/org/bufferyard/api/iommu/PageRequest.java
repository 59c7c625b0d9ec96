package org.bufferyard.api.iommu;

import java.util.Objects;

/**
 * That a device waits for a page: {@code struct iommu_fault_page_request}, from a transaction that
 * stalled or from a page request of PCI Express.
 *
 * @param stream who waits
 * @param pasid {@link AccessAttributes#NO_PASID} for none
 * @param address of the fault
 * @param group what the answer goes to (grpid: PRG index, or STAG)
 * @param last whether it is the last of its group, which alone is answered
 */
public record PageRequest(
    StreamId stream,
    int pasid,
    long address,
    boolean write,
    boolean privileged,
    boolean instruction,
    int group,
    boolean last) {
  public PageRequest {
    Objects.requireNonNull(stream, "stream");
  }

  /** enum iommu_page_response_code. */
  public enum Response {
    /** The page is there: the device tries again. */
    SUCCESS,
    /** There is no such page: this access is aborted. */
    INVALID,
    /** As above, and the device asks no more. */
    FAILURE
  }
}
