package org.bufferyard.iommu.intel;

import java.util.BitSet;
import java.util.Optional;
import java.util.function.Consumer;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.DeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.InterruptInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidDeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.Wait;

/**
 * The hardware of one remapping unit (VT-d specification chapters 3, 6 and 7): it reads its tables
 * from memory, keeps what it read in its caches until it is told otherwise, and records what it
 * refuses. What the driver does with it is {@link Vtd}'s.
 *
 * <p>Cost of an access: one compare and 12 for a hit; the entries of the requester and one word read a
 * level more for a miss. Engine thread only.
 */
final class RemappingUnit {
  /** Requests without a PASID to this range are interrupts and never translated. */
  private static final long INTERRUPTS = 0xfee0_0000L;

  private static final long INTERRUPTS_BYTES = 1L << 20;

  private final RequesterLookup lookup;
  private final TableWalker walker;
  private final ContextCache contexts = new ContextCache();
  private final Iotlb iotlb;
  private final DeviceTlbs devices;
  private final FaultRegisters faults;
  private final InvalidationQueue queue;
  private final Consumer<FaultRegisters> interrupt;

  /** RTADDR, or -1 while translation is off (GCMD.TE) for want of a root table. */
  private long root = TableWords.NONE;

  /** Domains of which a cache may say what their tables do not: staleness is looked for only there. */
  private final BitSet doubtful = new BitSet();

  /**
   * @param interrupt what a fault event does
   */
  RemappingUnit(
      TableWords words, Capabilities capabilities, DeviceTlbs devices, Consumer<FaultRegisters> interrupt) {
    this.lookup = new RequesterLookup(words, capabilities);
    this.walker = new TableWalker(words, capabilities);
    this.iotlb = new Iotlb(2);
    this.devices = devices;
    this.faults = new FaultRegisters(capabilities.faultRegisters());
    this.queue =
        new InvalidationQueue(
            words, faults, devices, this::invalidate, capabilities.largestMask());
    this.interrupt = interrupt;
  }

  /** RTADDR and GCMD.SRTP. */
  void setRoot(long rootAddress) {
    root = rootAddress;
  }

  /** RTADDR. */
  long root() {
    return root;
  }

  InvalidationQueue queue() {
    return queue;
  }

  FaultRegisters faults() {
    return faults;
  }

  void doubt(int did, boolean on) {
    doubtful.set(did, on);
  }

  /**
   * What becomes of a request.
   *
   * @param pasid {@link RequesterLookup#NO_PASID} for none
   */
  Translation access(int source, int pasid, long address, boolean write) {
    boolean plain = pasid == RequesterLookup.NO_PASID;
    if (plain && isInterrupt(address)) {
      return new Translated(address, false);
    }
    Optional<Iotlb> own = devices.of(source);
    if (own.isPresent()) {
      int way = own.get().find(DeviceTlbs.tag(pasid), address);
      if (way != Iotlb.MISS && TableWalker.allows(own.get().rights(way), write)) {
        long phys = own.get().phys(way, address);
        return new Translated(phys, isStale(source, pasid, address, write, phys));
      }
    }
    Lookup found = route(source, pasid);
    return switch (found) {
      case DmarFault refused -> refuse(refused, source, pasid, address, write);
      case Route route -> translate(route, own, source, pasid, address, write);
    };
  }

  private static boolean isInterrupt(long address) {
    return Long.compareUnsigned(address - INTERRUPTS, INTERRUPTS_BYTES) < 0;
  }

  private Lookup route(int source, int pasid) {
    if (contexts.has(source, pasid)) {
      return contexts.route(source, pasid);
    }
    Lookup found =
        root == TableWords.NONE
            ? DmarFault.ROOT_NOT_PRESENT
            : lookup.find(root, source, pasid);
    if (found instanceof Route route) {
      contexts.fill(source, pasid, route);
    }
    return found;
  }

  private Translation translate(
      Route route, Optional<Iotlb> own, int source, int pasid, long address, boolean write) {
    if (route.type() == Route.Type.PASS_THROUGH) {
      return new Translated(address, false);
    }
    if (!walker.reaches(route, address)) {
      return refuse(route.beyond(), source, pasid, address, write);
    }
    int way = iotlb.find(route.tag(), address);
    if (way != Iotlb.MISS) {
      if (!TableWalker.allows(iotlb.rights(way), write)) {
        DmarFault denied = route.denied(iotlb.rights(way), write);
        return refuse(denied, source, pasid, address, write);
      }
      long phys = iotlb.phys(way, address);
      boolean stale = doubtful.get(route.did()) && !says(route, address, write, phys);
      return new Translated(phys, stale);
    }
    Optional<DmarFault> refused = walker.walk(route, address, write);
    if (refused.isPresent()) {
      return refuse(refused.get(), source, pasid, address, write);
    }
    long inPage = address & (1L << walker.shift()) - 1;
    long phys = walker.phys() + inPage;
    if (pasid != RequesterLookup.NO_PASID && isInterrupt(phys)) {
      return refuse(DmarFault.INTERRUPT_ADDRESS, source, pasid, address, write);
    }
    int rights = walker.rights();
    iotlb.fill(route.tag(), address, walker.shift(), walker.phys(), rights);
    own.ifPresent(
        tlb -> tlb.fill(DeviceTlbs.tag(pasid), address, walker.shift(), phys - inPage, rights));
    return new Translated(phys, false);
  }

  /** Whether a walk would say so now. */
  private boolean says(Route route, long address, boolean write, long phys) {
    return walker.walk(route, address, write).isEmpty()
        && walker.phys() + (address & (1L << walker.shift()) - 1) == phys;
  }

  private boolean isStale(int source, int pasid, long address, boolean write, long phys) {
    return !(route(source, pasid) instanceof Route route
        && (!doubtful.get(route.did()) || says(route, address, write, phys)));
  }

  private Translation refuse(
      DmarFault why, int source, int pasid, long address, boolean write) {
    long page = address & -1L << Paging.PAGE_SHIFT;
    if (faults.record(new FaultRecord(why.reason(), page, write, source, pasid))) {
      interrupt.accept(faults);
    }
    return why.at(address, write);
  }

  /** Carries an invalidation out, from the queue or from the registers CCMD and IOTLB. */
  void invalidate(InvalidationDescriptor descriptor) {
    switch (descriptor) {
      case ContextInvalidation c -> invalidate(c);
      case IotlbInvalidation i -> invalidate(i);
      case PasidCacheInvalidation p -> invalidate(p);
      case PasidIotlbInvalidation p -> {
        long tag = Route.firstLevelTag(p.did(), p.pasid());
        if (p.granularity() == PasidIotlbInvalidation.PAGES) {
          iotlb.flushSpan(tag, p.address(), Paging.PAGE_SHIFT + p.mask());
        } else {
          iotlb.flushTag(tag);
        }
      }
      case DeviceTlbInvalidation d ->
          devices.invalidate(
              d.source(), DeviceTlbs.tag(RequesterLookup.NO_PASID), d.address(), d.order());
      case PasidDeviceTlbInvalidation d ->
          devices.invalidate(d.source(), DeviceTlbs.tag(d.pasid()), d.address(), d.order());
      // Interrupt remapping is not modelled, and waiting is the queue's.
      case InterruptInvalidation ignored -> {}
      case Wait ignored -> {}
    }
  }

  private void invalidate(ContextInvalidation context) {
    switch (context.granularity()) {
      case InvalidationDescriptor.GLOBAL -> contexts.flushAll();
      case InvalidationDescriptor.DOMAIN -> contexts.flushDomain(context.did());
      default -> contexts.flushSource(context.source(), ignored(context.functionMask()));
    }
  }

  /** FM 1 leaves out bit 2 of the function, 2 bits 2:1, 3 all three. */
  private static int ignored(int functionMask) {
    return 7 & ~(7 >>> functionMask);
  }

  private void invalidate(IotlbInvalidation pages) {
    switch (pages.granularity()) {
      case InvalidationDescriptor.GLOBAL -> iotlb.flushAll();
      case InvalidationDescriptor.DOMAIN -> iotlb.flushDomain(pages.did());
      default -> iotlb.flushSpan(pages.did(), pages.address(), Paging.PAGE_SHIFT + pages.mask());
    }
  }

  private void invalidate(PasidCacheInvalidation pasids) {
    switch (pasids.granularity()) {
      case PasidCacheInvalidation.ALL_PASIDS -> contexts.flushDomain(pasids.did());
      case PasidCacheInvalidation.PASID -> contexts.flushPasid(pasids.did(), pasids.pasid());
      default -> contexts.flushAll();
    }
  }

  TlbCounts counts() {
    return iotlb.counts().plus(devices.counts());
  }
}
