package org.bufferyard.dma;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.kernel.Errno;

/** A translation table that remembers the calls it got. */
final class RecordingTable implements IommuDomain {
  record Call(long iova, long phys, long pageSize, long count) {}

  final List<Call> maps = new ArrayList<>();
  final Map<Long, Long> pages = new HashMap<>();
  int lastProt;
  int syncs;

  /** Maps that succeed before the table refuses; negative: never refuses. */
  int failAfter = -1;

  Errno failure = Errno.ENOMEM;
  private final Geometry geometry;

  RecordingTable(Geometry geometry) {
    this.geometry = geometry;
  }

  @Override
  public Geometry geometry() {
    return geometry;
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (failAfter >= 0 && maps.size() >= failAfter) {
      return failure.rc();
    }
    long mapped = geometry.onePagePerCall() ? 1 : count;
    maps.add(new Call(iova, phys, pageSize, mapped));
    lastProt = prot;
    long granule = geometry.granule();
    for (long at = 0; at < mapped * pageSize; at += granule) {
      pages.put(iova + at, phys + at);
    }
    return mapped * pageSize;
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    long done = 0;
    for (; done < pageSize * count; done += geometry.granule()) {
      if (pages.remove(iova + done) == null) {
        break;
      }
    }
    return done;
  }

  @Override
  public long iovaToPhys(long iova) {
    long granule = geometry.granule();
    Long page = pages.get(iova & -granule);
    return page == null ? 0 : page + (iova & (granule - 1));
  }

  @Override
  public void sync() {
    syncs++;
  }

  @Override
  public void close() {}
}
