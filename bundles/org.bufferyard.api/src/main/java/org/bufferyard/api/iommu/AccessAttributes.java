package org.bufferyard.api.iommu;

/**
 * What a transaction says of itself besides stream, address and direction. Hardware that has no such
 * notion ignores it.
 *
 * @param pasid process address space id (PCI Express PASID, ARM SubstreamID), 20 bits; {@link
 *     #NO_PASID} for a transaction without one
 * @param privileged made on behalf of supervisor software
 * @param instruction an instruction fetch, where it reads
 * @param requestsPages the device asks for the page when it is refused one, and waits for the answer
 *     (PCI Express PRI); only devices with a translation cache of their own can
 */
public record AccessAttributes(
    int pasid, boolean privileged, boolean instruction, boolean requestsPages) {
  public static final int NO_PASID = -1;

  /** Unprivileged data without a PASID: what a transaction is of which nothing is said. */
  public static final AccessAttributes PLAIN =
      new AccessAttributes(NO_PASID, false, false, false);

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a PASID of more than 20 bits
   */
  public AccessAttributes {
    if (pasid < NO_PASID || pasid >>> 20 != 0 && pasid != NO_PASID) {
      throw new IllegalArgumentException("PASID " + pasid + " is not of 20 bits");
    }
  }

  public boolean hasPasid() {
    return pasid != NO_PASID;
  }

  public AccessAttributes withPasid(int another) {
    return new AccessAttributes(another, privileged, instruction, requestsPages);
  }

  public AccessAttributes asPrivileged() {
    return new AccessAttributes(pasid, true, instruction, requestsPages);
  }

  public AccessAttributes asInstruction() {
    return new AccessAttributes(pasid, privileged, true, requestsPages);
  }

  public AccessAttributes requestingPages() {
    return new AccessAttributes(pasid, privileged, instruction, true);
  }
}
