package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.AccessAttributes;

/**
 * One access as it arrives at a unit (VT-d specification 3.2).
 *
 * @param source requester id
 * @param pasid {@link RequesterLookup#NO_PASID} for none
 * @param privileged PR: supervisor privilege; means something only beside a PASID
 * @param execute ER: an instruction fetch; likewise
 * @param asks whether the device asks for a page that is not there
 */
record Request(
    int source,
    int pasid,
    long address,
    boolean write,
    boolean privileged,
    boolean execute,
    boolean asks) {

  /** An access of which nothing is said. */
  static Request plain(int source, int pasid, long address, boolean write) {
    return new Request(source, pasid, address, write, false, false, false);
  }

  static Request of(
      int source, int pasid, long address, boolean write, AccessAttributes attributes) {
    boolean fetches = attributes.instruction() && !write;
    return new Request(
        source,
        pasid,
        address,
        write,
        attributes.privileged(),
        fetches,
        attributes.requestsPages());
  }

  boolean hasPasid() {
    return pasid != RequesterLookup.NO_PASID;
  }
}
