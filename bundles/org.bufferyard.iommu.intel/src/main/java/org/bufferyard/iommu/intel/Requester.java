package org.bufferyard.iommu.intel;

import java.util.Optional;
import org.bufferyard.api.iommu.StreamId;

/**
 * Who asks: a device, or in scalable mode one of its address spaces.
 *
 * @param source bus in bits 15:8, device and function below
 * @param pasid of the requests; {@link RequesterLookup#NO_PASID} for those without one
 */
record Requester(int source, int pasid) {
  /** PASIDs of a directory of one page: 512 entries of 64. */
  static final int PASIDS = 1 << 15;

  /** Of a stream with one or two cells; empty when they are none. */
  static Optional<Requester> of(StreamId stream) {
    int cells = stream.specifier().size();
    if (cells < 1 || cells > 2 || stream.specifier().getFirst() >>> 16 != 0) {
      return Optional.empty();
    }
    int source = stream.specifier().getFirst().intValue();
    if (cells == 1) {
      return Optional.of(new Requester(source, RequesterLookup.NO_PASID));
    }
    long pasid = stream.specifier().get(1);
    return pasid > 0 && pasid < PASIDS
        ? Optional.of(new Requester(source, (int) pasid))
        : Optional.empty();
  }

  boolean hasPasid() {
    return pasid != RequesterLookup.NO_PASID;
  }

  /** IOMMU_NO_PASID stands for requests without one. */
  int entry() {
    return hasPasid() ? pasid : 0;
  }
}
