package org.bufferyard.iommu.intel;

import java.util.List;
import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.DeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidDeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;

/**
 * What the driver invalidates when ({@code intel/cache.c: cache_tag_flush_range(),
 * cache_tag_flush_all()}; {@code intel/pasid.c: intel_pasid_tear_down_entry()}; {@code
 * domain_context_clear_one()}). Engine thread only.
 */
final class Flushes {
  /** MAX_AGAW_PFN_WIDTH. */
  private static final int WHOLE = 64 - Paging.PAGE_SHIFT;

  private final Capabilities unit;
  private final DeviceTlbs devices;
  private final QueuedInvalidation queue;

  Flushes(Capabilities unit, DeviceTlbs devices, QueuedInvalidation queue) {
    this.unit = unit;
    this.devices = devices;
    this.queue = queue;
  }

  QueuedInvalidation queue() {
    return queue;
  }

  /** init_dmars(), when the root table is set. */
  void everything() {
    queue.submit(new ContextInvalidation(InvalidationDescriptor.GLOBAL, 0, 0, 0));
    if (unit.scalableMode()) {
      queue.submit(new PasidCacheInvalidation(PasidCacheInvalidation.EVERYTHING, 0, 0));
    }
    queue.submit(iotlb(InvalidationDescriptor.GLOBAL, 0, 0, 0));
  }

  private IotlbInvalidation iotlb(int granularity, int did, long address, int mask) {
    return new IotlbInvalidation(
        granularity, did, unit.drainsWrites(), unit.drainsReads(), address, mask, false);
  }

  private PasidIotlbInvalidation pasid(int did, int pasid) {
    return new PasidIotlbInvalidation(PasidIotlbInvalidation.PASID, did, pasid, 0, 0, false);
  }

  /** An entry is new: only a unit that keeps absent entries (caching mode) has to be told. */
  void entered(Requester requester, int did) {
    if (!unit.isCachingMode()) {
      return;
    }
    if (unit.scalableMode()) {
      int pasid = requester.entry();
      queue.submit(new PasidCacheInvalidation(PasidCacheInvalidation.PASID, did, pasid));
      queue.submit(pasid(did, pasid));
    } else {
      queue.submit(context(requester.source(), 0));
      queue.submit(iotlb(InvalidationDescriptor.DOMAIN, did, 0, 0));
    }
  }

  private static ContextInvalidation context(int source, int did) {
    return new ContextInvalidation(InvalidationDescriptor.SELECTIVE, did, source, 0);
  }

  /**
   * An entry is gone.
   *
   * @param byPasid whether it was a first-level or a pass-through one, for scalable mode
   */
  void left(Requester requester, int did, boolean byPasid) {
    if (unit.scalableMode()) {
      int pasid = requester.entry();
      queue.submit(new PasidCacheInvalidation(PasidCacheInvalidation.PASID, did, pasid));
      queue.submit(byPasid ? pasid(did, pasid) : iotlb(InvalidationDescriptor.DOMAIN, did, 0, 0));
    } else {
      queue.submit(context(requester.source(), did));
      queue.submit(iotlb(InvalidationDescriptor.DOMAIN, did, 0, 0));
    }
    if (!unit.isCachingMode()) {
      deviceTlb(requester, 0, WHOLE);
    }
  }

  /** The context entry of scalable mode is gone. */
  void released(int source) {
    queue.submit(context(source, 0));
  }

  /** cache_tag_flush_range_np(): in caching mode new second-level entries are told of as well. */
  void mapped(PageTable table, int did, long first, long last) {
    if (unit.isCachingMode() && !table.isFirstLevel()) {
      int mask = mask(first >>> Paging.PAGE_SHIFT, last >>> Paging.PAGE_SHIFT);
      pages(did, aligned(first, mask), mask);
    }
  }

  private static long aligned(long address, int mask) {
    return mask >= WHOLE ? 0 : address & -1L << Paging.PAGE_SHIFT + mask;
  }

  /** A domain when the unit cannot select so many pages. */
  private void pages(int did, long address, int mask) {
    if (!unit.selectsPages() || mask > unit.largestMask()) {
      queue.submit(iotlb(InvalidationDescriptor.DOMAIN, did, 0, 0));
    } else {
      queue.submit(iotlb(InvalidationDescriptor.SELECTIVE, did, address, mask));
    }
  }

  /** cache_tag_flush_range(). */
  void range(PageTable table, int did, List<Requester> users, long first, long last) {
    int mask = mask(first >>> Paging.PAGE_SHIFT, last >>> Paging.PAGE_SHIFT);
    long address = aligned(first, mask);
    if (table.isFirstLevel()) {
      users.stream()
          .mapToInt(Requester::entry)
          .distinct()
          .forEach(
              pasid ->
                  queue.submit(
                      new PasidIotlbInvalidation(
                          PasidIotlbInvalidation.PAGES,
                          did,
                          pasid,
                          address,
                          mask,
                          table.dropped() == 0)));
    } else {
      pages(did, address, mask);
    }
    users.forEach(user -> deviceTlb(user, address, mask));
  }

  /** cache_tag_flush_all(). */
  void domain(PageTable table, int did, List<Requester> users) {
    if (table.isFirstLevel()) {
      users.stream()
          .mapToInt(Requester::entry)
          .distinct()
          .forEach(pasid -> queue.submit(pasid(did, pasid)));
    } else {
      queue.submit(iotlb(InvalidationDescriptor.DOMAIN, did, 0, 0));
    }
    users.forEach(user -> deviceTlb(user, 0, WHOLE));
  }

  /**
   * calculate_psi_aligned_address(): log2 of the pages of the smallest aligned power-of-two span that
   * covers both frames.
   */
  private static int mask(long firstFrame, long lastFrame) {
    return Long.SIZE - Long.numberOfLeadingZeros(firstFrame ^ lastFrame);
  }

  /** qi_flush_dev_iotlb(), qi_flush_dev_iotlb_pasid(): the size is in the address's low bits. */
  private void deviceTlb(Requester requester, long address, int mask) {
    if (!devices.has(requester.source())) {
      return;
    }
    boolean sized = mask > 0;
    long ones = sized ? (1L << Paging.PAGE_SHIFT + mask - 1) - 1 : 0;
    long spelled = (address | ones) & -1L << Paging.PAGE_SHIFT;
    int source = requester.source();
    queue.submit(
        requester.hasPasid()
            ? new PasidDeviceTlbInvalidation(
                source, 0, 0, requester.pasid(), false, spelled, sized)
            : new DeviceTlbInvalidation(source, 0, 0, spelled, sized));
  }

  void close() {
    queue.close();
  }
}
