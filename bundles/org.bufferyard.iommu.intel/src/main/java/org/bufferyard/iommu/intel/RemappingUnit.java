package org.bufferyard.iommu.intel;

import java.util.Optional;
import java.util.function.Consumer;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.DeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.InterruptInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PageGroupResponse;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidDeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.Wait;

/**
 * The hardware of one remapping unit (VT-d specification chapters 3 to 7): it reads its tables from
 * memory, keeps what it read in its caches until it is told otherwise, and records what it refuses.
 * What the driver does with it is {@link Vtd}'s.
 *
 * <p>Cost of an access: one compare and 12 for a hit; the entries of the requester and one word read a
 * level more for a miss. Engine thread only.
 */
final class RemappingUnit {
  /** A device whose access the tables refuse even after its page was said to be there gives up. */
  private static final int ATTEMPTS = 2;

  /**
   * Without a PASID only messages go to the interrupt range; anything else there ends as Unsupported
   * Request, which is no fault of remapping.
   */
  static final String UNSUPPORTED = "UNSUPPORTED REQUEST";

  private final RequesterLookup lookup;
  private final TranslationCaches caches = new TranslationCaches();
  private final Translator translator;
  private final DeviceTlbs devices;
  private final FaultRegisters faults;
  private final InvalidationQueue queue;
  private final PageRequestQueue pages;
  private final InterruptRemapping interrupts;
  private final Consumer<RemappingUnit> faultEvent;

  /** RTADDR, or -1 while translation is off (GCMD.TE) for want of a root table. */
  private long root = TableWords.NONE;

  /**
   * @param faultEvent the interrupt of the fault log
   * @param pageEvent the interrupt of the page request queue
   */
  RemappingUnit(
      TableWords words,
      Capabilities capabilities,
      DeviceTlbs devices,
      Consumer<RemappingUnit> faultEvent,
      Consumer<RemappingUnit> pageEvent) {
    this.lookup = new RequesterLookup(words, capabilities);
    this.translator = new Translator(words, capabilities, caches);
    this.devices = devices;
    this.faults = new FaultRegisters(capabilities.faultRegisters());
    this.queue =
        new InvalidationQueue(
            words, faults, devices, this::invalidate, capabilities.largestMask());
    this.pages = new PageRequestQueue(words, () -> pageEvent.accept(this));
    this.interrupts = new InterruptRemapping(words, capabilities);
    this.faultEvent = faultEvent;
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

  PageRequestQueue pages() {
    return pages;
  }

  InterruptRemapping interrupts() {
    return interrupts;
  }

  void doubt(int did, boolean on) {
    translator.doubt(did, on);
  }

  /** What becomes of a request for memory. */
  Translation access(Request request) {
    if (!request.hasPasid() && InterruptMessage.isAddress(request.address())) {
      return new Fault(0, UNSUPPORTED, request.address(), request.write());
    }
    Optional<Iotlb> own = devices.of(request.source());
    if (own.isPresent()) {
      int way = own.get().find(tag(request), request.address());
      if (way != Iotlb.MISS && suffices(own.get().rights(way), request)) {
        long phys = own.get().phys(way, request.address());
        return new Translated(phys, isStale(request, phys));
      }
    }
    return switch (route(request.source(), request.pasid())) {
      case DmarFault refused -> refuse(refused, request);
      case Route route -> translate(route, own.filter(o -> route.has(Route.DTE)), request);
    };
  }

  private static long tag(Request request) {
    return DeviceTlbs.tag(request.pasid(), request.hasPasid() && request.privileged());
  }

  /** Whether what a device was told it may do is enough. */
  private static boolean suffices(int granted, Request request) {
    int needed = request.write() ? EntryFormat.WRITE : EntryFormat.READ;
    int fetch = request.hasPasid() && request.execute() ? EntryFormat.EXECUTE : 0;
    return (granted & (needed | fetch)) == (needed | fetch);
  }

  private Lookup route(int source, int pasid) {
    if (caches.contexts.has(source, pasid)) {
      return caches.contexts.route(source, pasid);
    }
    Lookup found =
        root == TableWords.NONE
            ? DmarFault.ROOT_NOT_PRESENT
            : lookup.find(root, source, pasid);
    if (found instanceof Route route) {
      caches.contexts.fill(source, pasid, route);
    }
    return found;
  }

  private Translation translate(Route route, Optional<Iotlb> own, Request request) {
    if (route.type() == Route.Type.PASS_THROUGH) {
      return new Translated(request.address(), false);
    }
    Optional<DmarFault> refused = translator.find(route, request);
    boolean asks = own.isPresent() && request.asks() && pages.isOn();
    for (int attempt = 1; asks && refused.isPresent(); attempt++) {
      if (!refused.get().isRecoverable() || !devices.mayAsk(request.source())) {
        break;
      }
      Optional<Translation> answer = ask(route, request, refused.get());
      if (answer.isPresent() || attempt > ATTEMPTS) {
        return answer.orElse(aborted(refused.get(), request, "the page never came"));
      }
      refused = translator.find(route, request);
    }
    if (refused.isPresent()) {
      return refuse(refused.get(), request);
    }
    if (InterruptMessage.isAddress(translator.phys())) {
      return refuse(route.intoInterrupts(), request);
    }
    own.ifPresent(tlb -> grant(tlb, route, request));
    return new Translated(translator.phys(), translator.isStale());
  }

  /** Tells a device's own TLB the page, and what its requests of this privilege may do there. */
  private void grant(Iotlb tlb, Route route, Request request) {
    int rights = translator.rights();
    int granted = 0;
    for (boolean write : new boolean[] {false, true}) {
      Request kind =
          new Request(
              request.source(), request.pasid(), 0, write, request.privileged(), false, false);
      granted |= route.allows(rights, kind) ? write ? EntryFormat.WRITE : EntryFormat.READ : 0;
    }
    if (suffices(EntryFormat.ALL, request) && request.execute()) {
      granted |= EntryFormat.EXECUTE;
    }
    long page = translator.phys() & -(1L << translator.shift());
    tlb.fill(tag(request), request.address(), translator.shift(), page, granted);
  }

  /** Sends a page request and waits for its response; empty: the device tries again. */
  private Optional<Translation> ask(Route route, Request request, DmarFault why) {
    if (!route.has(Route.PRE)) {
      DmarFault off =
          (root & RequesterLookup.SCALABLE) != 0
              ? DmarFault.SM_PAGE_REQUESTS_OFF
              : DmarFault.PAGE_REQUEST_IN_LEGACY_MODE;
      return Optional.of(refuse(off, request));
    }
    int group = devices.nextGroup(request.source());
    boolean taken =
        pages.put(
            new PageRequestDescriptor(
                request.source(),
                request.pasid(),
                request.execute(),
                request.privileged(),
                !request.write(),
                request.write(),
                true,
                group,
                request.address()));
    if (!taken) {
      // A request that finds no room is answered with success: the device comes again.
      devices.respond(request.source(), group, PageGroupResponse.SUCCESS);
    }
    return switch (devices.response(request.source())) {
      case PageGroupResponse.SUCCESS -> Optional.empty();
      case PageGroupResponse.FAILURE -> Optional.of(aborted(why, request, "response failure"));
      case DeviceTlbs.PENDING -> Optional.of(aborted(why, request, "no response"));
      default -> Optional.of(aborted(why, request, "invalid request"));
    };
  }

  /** The device gives up by itself: recoverable faults are not in the log. */
  private static Translation aborted(DmarFault why, Request request, String answer) {
    return new Fault(
        why.reason(),
        why.text() + "; page request: " + answer,
        request.address(),
        request.write());
  }

  private boolean isStale(Request request, long phys) {
    return !(route(request.source(), request.pasid()) instanceof Route route
        && translator.confirms(route, request, phys));
  }

  private Translation refuse(DmarFault why, Request request) {
    record(FaultRecord.of(why, request));
    return why.at(request.address(), request.write());
  }

  private void record(FaultRecord fault) {
    if (faults.record(fault)) {
      faultEvent.accept(this);
    }
  }

  /** What becomes of a message. */
  InterruptRemapping.Outcome interrupt(int source, InterruptMessage message) {
    InterruptRemapping.Outcome outcome = interrupts.take(source, message);
    if (outcome instanceof InterruptRemapping.Outcome.Refused refused && refused.logged()) {
      long index = (long) refused.index() << 48;
      record(
          new FaultRecord(
              refused.why().reason(), index, true, source, RequesterLookup.NO_PASID));
    }
    return outcome;
  }

  /** Carries an invalidation out, from the queue or from the registers CCMD and IOTLB. */
  void invalidate(InvalidationDescriptor descriptor) {
    switch (descriptor) {
      case ContextInvalidation c -> caches.invalidate(c);
      case IotlbInvalidation i -> caches.invalidate(i);
      case PasidCacheInvalidation p -> caches.invalidate(p);
      case PasidIotlbInvalidation p -> caches.invalidate(p);
      case DeviceTlbInvalidation d ->
          devices.invalidate(d.source(), RequesterLookup.NO_PASID, d.address(), d.order());
      case PasidDeviceTlbInvalidation d when d.global() ->
          devices.invalidateAll(d.source(), d.address(), d.order());
      case PasidDeviceTlbInvalidation d ->
          devices.invalidate(d.source(), d.pasid(), d.address(), d.order());
      case InterruptInvalidation i when i.selective() ->
          interrupts.invalidate(i.index(), i.mask());
      case InterruptInvalidation ignored -> interrupts.invalidateAll();
      case PageGroupResponse r -> devices.respond(r.source(), r.group(), r.code());
      // Waiting is the queue's.
      case Wait ignored -> {}
    }
  }

  TlbCounts counts() {
    return caches.iotlb.counts().plus(devices.counts());
  }
}
