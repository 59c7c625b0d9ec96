package org.bufferyard.iommu.intel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.MessageTarget;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;

/**
 * One VT-d unit as {@code drivers/iommu/intel} drives it (SEMANTICS H3, H4): domains with first- or
 * second-level tables ({@link GenericTable}, {@link ClassicTable}), legacy or scalable mode ({@link
 * SourceTables}), invalidations ({@link Flushes}), faults ({@link FaultHandler}), page requests ({@link
 * PageRequestHandler}), interrupts ({@link InterruptTable}). The hardware is {@link RemappingUnit}.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>dirty tracking, shared virtual addresses (a page request finds no handler in a yard); PASIDs of
 *       more than 15 bits
 *   <li>interrupts of I/O APICs, HPETs and of the unit itself; what a CPU does with an interrupt
 *   <li>write-buffer flushing, what snoop control does to a CPU's caches, RMRRs (the yard maps them),
 *       advanced fault logging, fault processing disable of context and PASID entries
 *   <li>context and PASID entries have one cache ({@link ContextCache})
 *   <li>units without pass-through (ECAP.PT); the absent entries that a unit in caching mode keeps
 * </ul>
 *
 * <p>Engine thread only.
 */
final class Vtd implements Iommu, CountingTlb, AttributedAccess, MessageTarget {
  /** The driver's own table code went when the generic page tables came. */
  private static final Rule CLASSIC = Rule.of("H3", "__domain_mapping").until(6, 19);

  /**
   * first_level_by_default() looked at the domain's type where a unit has both levels; since "Refactor
   * first_level_by_default()" it does not.
   */
  private static final Rule UNMANAGED_IS_SECOND =
      Rule.of("H4", "first_level_by_default").until(6, 13);

  /** XD and NXE went with "Remove control over Execute-Requested requests". */
  private static final Rule NO_EXECUTE = Rule.of("H4", "__domain_mapping").until(6, 11);

  /** Pages of 1 GiB that a guest's memory is made of: its addresses are the host's. */
  private static final int GUEST_PAGES = Paging.ENTRIES;

  /** FLPT_DEFAULT_DID: of every pass-through entry. */
  private static final int PASS_THROUGH_DID = 1;

  /** A requester's entry: its domain id, and whose that is. */
  private record Binding(int did, Optional<VtdDomain> domain) {}

  private final String id;
  private final Capabilities unit;
  private final IommuContext context;
  private final TableWords words;
  private final RemappingUnit hardware;
  private final SourceTables sources;
  private final Flushes flushes;
  private final PageRequestHandler pageRequests;
  private final InterruptTable interrupts;
  private final DeviceMessages messages;

  /** The second level that a guest's tables are nested in. */
  private final Optional<PageTable> host;
  private final List<VtdDomain> made = new ArrayList<>();
  private final Map<Requester, Binding> bindings = new LinkedHashMap<>();

  /** Ids of the domains with a requester of this unit. */
  private final Map<VtdDomain, Integer> dids = new HashMap<>();

  Vtd(IommuUnit board, Capabilities unit, IommuContext context) {
    this.id = board.id();
    this.unit = unit;
    this.context = context;
    this.words = new TableWords(context);
    DeviceTlbs devices = DeviceTlbs.of(board);
    this.interrupts = InterruptTable.of(board, unit, words);
    FaultHandler faults = new FaultHandler(id, context);
    this.hardware =
        new RemappingUnit(
            words, unit, devices, u -> faults.handle(u.faults()), this::handlePageRequests);
    this.messages = new DeviceMessages(id, context, hardware);
    this.host = unit.guest() ? Optional.of(guestMemory()) : Optional.empty();
    this.sources =
        unit.scalableMode()
            ? new ScalableTables(words, unit, devices, NO_EXECUTE.holdsIn(context.kernel()), host)
            : new LegacyTables(words, unit, devices);
    QueuedInvalidation queue =
        new QueuedInvalidation(id, words, context, unit, hardware, devices);
    this.flushes = new Flushes(unit, devices, queue);
    this.pageRequests = new PageRequestHandler(id, words, context, queue);
    flushes.everything();
    if (unit.hasPageRequests()) {
      pageRequests.enable(hardware.pages());
    }
    interrupts.enable(hardware.interrupts(), queue);
  }

  private void handlePageRequests(RemappingUnit asked) {
    pageRequests.handle(asked.pages());
  }

  /** As a hypervisor maps it, in the largest pages, all of it pinned. */
  private PageTable guestMemory() {
    PageTable table = secondLevel(CLASSIC.holdsIn(context.kernel()));
    if (table.exists()) {
      table.map(0, 0, 2, GUEST_PAGES, IommuProt.READ | IommuProt.WRITE);
    }
    return table;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        VtdDomain domain = new VtdDomain(id, unit, context.events(), table(type));
        made.add(domain);
        yield domain;
      }
    };
  }

  private PageTable table(DomainType type) {
    boolean classic = CLASSIC.holdsIn(context.kernel());
    if (!usesFirstLevel(type)) {
      return secondLevel(classic);
    }
    if (!classic) {
      return new GenericTable(words, FirstLevelEntry.PLAIN, unit.firstLevels());
    }
    EntryFormat format =
        NO_EXECUTE.holdsIn(context.kernel())
            ? FirstLevelEntry.NO_EXECUTE
            : FirstLevelEntry.PLAIN;
    return new ClassicTable(words, format, unit.levels());
  }

  private PageTable secondLevel(boolean classic) {
    return classic
        ? new ClassicTable(words, SecondLevelEntry.READABLE, unit.levels())
        : new GenericTable(words, SecondLevelEntry.EXACT, unit.usefulLevels());
  }

  private boolean usesFirstLevel(DomainType type) {
    if (!unit.hasFirstLevel() || !unit.hasSecondLevel()) {
      return unit.hasFirstLevel();
    }
    return unit.guest()
        || type != DomainType.UNMANAGED
        || !UNMANAGED_IS_SECOND.holdsIn(context.kernel());
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    Optional<Requester> requester = requester(stream);
    if (requester.isEmpty()) {
      return Errno.EINVAL.rc();
    }
    return switch (domain) {
      case TablelessDomain fixed -> attach(requester.get(), fixed);
      case VtdDomain paged when !isCompatible(paged) -> Errno.EINVAL.rc();
      case VtdDomain paged when !paged.table().exists() || !hasHost() -> Errno.ENOMEM.rc();
      case VtdDomain paged -> attach(requester.get(), paged);
      default -> Errno.EINVAL.rc();
    };
  }

  private boolean hasHost() {
    return host.map(PageTable::exists).orElse(true);
  }

  /** PASIDs are for scalable mode. */
  private Optional<Requester> requester(StreamId stream) {
    return Requester.of(stream).filter(r -> !r.hasPasid() || unit.hasPasids());
  }

  /** paging_domain_compatible(), domain_setup_first_level(). */
  private boolean isCompatible(VtdDomain domain) {
    int levels = domain.table().levels();
    return domain.unit().equals(unit)
        && (!domain.table().isFirstLevel()
            || levels == 4
            || levels == 5 && unit.hasFiveFirstLevels());
  }

  private int attach(Requester requester, TablelessDomain domain) {
    if (domain == TablelessDomain.BLOCKED) {
      leave(requester);
      return 0;
    }
    if (!hasRoomFor(requester)) {
      return Errno.ENOMEM.rc();
    }
    leave(requester);
    sources.passThrough(requester, PASS_THROUGH_DID);
    bindings.put(requester, new Binding(PASS_THROUGH_DID, Optional.empty()));
    flushes.entered(requester, PASS_THROUGH_DID);
    return 0;
  }

  private int attach(Requester requester, VtdDomain domain) {
    if (!hasRoomFor(requester)) {
      return Errno.ENOMEM.rc();
    }
    int did = dids.containsKey(domain) ? dids.get(domain) : freeDid();
    if (did >= unit.domains()) {
      return Errno.ENOSPC.rc();
    }
    leave(requester);
    dids.put(domain, did);
    domain.enter(this);
    sources.translate(requester, domain.table(), did);
    bindings.put(requester, new Binding(did, Optional.of(domain)));
    flushes.entered(requester, did);
    return 0;
  }

  private boolean hasRoomFor(Requester requester) {
    boolean room = sources.hasRoomFor(requester);
    hardware.setRoot(sources.rootAddress());
    return room;
  }

  private int freeDid() {
    int did = PASS_THROUGH_DID + 1;
    while (dids.containsValue(did)) {
      did++;
    }
    return did;
  }

  /** device_block_translation(): the entry goes, and with the last one of a domain its id. */
  private void leave(Requester requester) {
    Binding was = bindings.remove(requester);
    if (was == null) {
      return;
    }
    sources.clear(requester);
    boolean byPasid = was.domain().map(d -> d.table().isFirstLevel()).orElse(true);
    flushes.left(requester, was.did(), byPasid);
    was.domain().ifPresent(this::forgetUnused);
  }

  private void forgetUnused(VtdDomain domain) {
    if (requesters(domain).isEmpty()) {
      hardware.doubt(dids.remove(domain), false);
      domain.leave(this);
    }
  }

  private List<Requester> requesters(VtdDomain domain) {
    return bindings.entrySet().stream()
        .filter(b -> b.getValue().domain().filter(d -> d == domain).isPresent())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void detach(StreamId stream) {
    Optional<Requester> requester = requester(stream).filter(r -> stream.iommu().equals(id));
    if (requester.isEmpty()) {
      return;
    }
    leave(requester.get());
    int source = requester.get().source();
    if (bindings.keySet().stream().noneMatch(r -> r.source() == source)
        && sources.release(source)) {
      flushes.released(source);
    }
  }

  /** No requester of this unit may use the domain any more. */
  void evict(VtdDomain domain) {
    requesters(domain).forEach(this::leave);
    made.remove(domain);
  }

  /** A cache may hold what the domain's table no longer says. */
  void doubt(VtdDomain domain) {
    hardware.doubt(dids.get(domain), true);
  }

  void mapped(VtdDomain domain, long first, long last) {
    flushes.mapped(domain.table(), dids.get(domain), first, last);
  }

  void flush(VtdDomain domain, long first, long last) {
    flushes.range(domain.table(), dids.get(domain), requesters(domain), first, last);
    hardware.doubt(dids.get(domain), false);
  }

  void flushAll(VtdDomain domain) {
    flushes.domain(domain.table(), dids.get(domain), requesters(domain));
    hardware.doubt(dids.get(domain), false);
  }

  /** A large page took the place of tables: caches that lead there have to forget them. */
  void flushTables(VtdDomain domain, long first, long last) {
    flushes.range(domain.table(), dids.get(domain), requesters(domain), first, last);
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    return translate(stream, address, write, AccessAttributes.PLAIN);
  }

  @Override
  public Translation translate(
      StreamId stream, long address, boolean write, AccessAttributes attributes) {
    if (!stream.iommu().equals(id) || stream.specifier().isEmpty()) {
      return DmarFault.CONTEXT_NOT_PRESENT.at(address, write);
    }
    Request request =
        Request.of(source(stream), pasid(stream, attributes), address, write, attributes);
    if (!request.hasPasid() && InterruptMessage.isAddress(address)) {
      messages.tellAccess(request);
    }
    return hardware.access(request);
  }

  private static int source(StreamId stream) {
    return stream.specifier().getFirst().intValue() & 0xffff;
  }

  /** A transaction may name its PASID, else the board's stream may. */
  private static int pasid(StreamId stream, AccessAttributes attributes) {
    if (attributes.hasPasid() || stream.specifier().size() < 2) {
      return attributes.pasid();
    }
    return stream.specifier().get(1).intValue() & 0xf_ffff;
  }

  @Override
  public PhysRange messages() {
    return InterruptMessage.RANGE;
  }

  @Override
  public Optional<Translation.Fault> message(StreamId stream, long address, int data) {
    return stream.iommu().equals(id) && !stream.specifier().isEmpty()
        ? messages.send(source(stream), new InterruptMessage(address, data))
        : Optional.of(DmarFault.INTERRUPT_SOURCE.at(address, true));
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  @Override
  public TlbCounts tlbCounts() {
    return hardware.counts();
  }

  /** For tests: what a guest of this unit's registers sees. */
  RemappingUnit hardware() {
    return hardware;
  }

  Flushes flushes() {
    return flushes;
  }

  InterruptTable interrupts() {
    return interrupts;
  }

  @Override
  public void close() {
    List.copyOf(made).forEach(VtdDomain::close);
    List.copyOf(bindings.keySet()).forEach(this::leave);
    hardware.setRoot(TableWords.NONE);
    sources.close();
    host.ifPresent(PageTable::close);
    interrupts.close(hardware.interrupts());
    pageRequests.close(hardware.pages());
    flushes.close();
  }
}
