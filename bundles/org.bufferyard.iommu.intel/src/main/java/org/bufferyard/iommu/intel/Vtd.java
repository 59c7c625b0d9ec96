package org.bufferyard.iommu.intel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;

/**
 * One VT-d remapping unit in legacy mode, as {@code drivers/iommu/intel} drives it (VT-d
 * specification, chapters 3 and 9; SEMANTICS H3): the root table and context tables in memory
 * ({@link SourceTables}), second-level tables ({@link SecondLevelTable}), a tagged IOTLB, fault
 * reasons, pass-through. Accesses to the interrupt range at 0xfee00000 are never translated.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>scalable mode, PASIDs, first-level and nested translation, device TLBs and page requests
 *   <li>interrupt remapping; what the interrupt range does with a write
 *   <li>the queued invalidation interface itself: flushes land in {@link IommuDomain#sync}; paging
 *       structure and context caches
 *   <li>caching mode, write-buffer flushing, snoop control, dirty bits, RMRRs (the yard maps them)
 * </ul>
 *
 * <p>Cost of an access: root and context entry, 12 compares for a hit, one word read a level more for
 * a miss. Engine thread only.
 */
final class Vtd implements Iommu, CountingTlb {
  /** The driver's own table code went when the generic page tables came. */
  private static final Rule CLASSIC = Rule.of("H3", "__domain_mapping").until(6, 19);

  /** The PCI segment in the fault line; came between the recorded 6.12 and 7.3. */
  private static final Rule SEGMENT_PRINTED = Rule.of("D14", "dmar_fault_do_one").since(7, 0);

  private static final long INTERRUPTS = 0xfee0_0000L;
  private static final long INTERRUPTS_BYTES = 1L << 20;

  private final String id;
  private final Capabilities unit;
  private final IommuContext context;
  private final TableWords words;
  private final SourceTables sources;
  private final Iotlb cache;
  private final List<VtdDomain> made = new ArrayList<>();

  /** Domains with a stream of this unit, by domain id. */
  private final Map<Integer, VtdDomain> attached = new HashMap<>();

  Vtd(String id, Capabilities unit, IommuContext context) {
    this.id = id;
    this.unit = unit;
    this.context = context;
    this.words = new TableWords(context);
    this.sources = new SourceTables(words);
    this.cache = new Iotlb(unit.largestLevel());
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> FixedDomain.IDENTITY;
      case BLOCKED -> FixedDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        SecondLevelTable table =
            CLASSIC.holdsIn(context.kernel())
                ? new ClassicTable(words, unit)
                : new GenericTable(words, unit);
        VtdDomain domain = new VtdDomain(id, unit, context.events(), table);
        made.add(domain);
        yield domain;
      }
    };
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    int source = source(stream);
    if (source < 0) {
      return Errno.EINVAL.rc();
    }
    return switch (domain) {
      case FixedDomain fixed -> {
        leave(source);
        yield fixed == FixedDomain.BLOCKED
            ? 0
            : sources.set(source, ContextEntry.passThrough(), ContextEntry.high(
                unit.addressWidth(), SourceTables.PASS_THROUGH_DID));
      }
      // paging_domain_compatible()
      case VtdDomain paged when !paged.unit().equals(unit) -> Errno.EINVAL.rc();
      case VtdDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
      case VtdDomain paged -> enter(source, paged);
      default -> Errno.EINVAL.rc();
    };
  }

  private int enter(int source, VtdDomain domain) {
    if (!sources.hasRoomFor(source)) {
      return Errno.ENOMEM.rc();
    }
    leave(source);
    int did = didOf(domain).orElseGet(this::freeDid);
    attached.put(did, domain);
    domain.enter(this);
    return sources.set(
        source,
        ContextEntry.translated(domain.table().top()),
        ContextEntry.high(unit.addressWidth(), did));
  }

  private Optional<Integer> didOf(VtdDomain domain) {
    return attached.entrySet().stream()
        .filter(e -> e.getValue() == domain)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private int freeDid() {
    int did = SourceTables.PASS_THROUGH_DID + 1;
    while (attached.containsKey(did)) {
      did++;
    }
    return did;
  }

  /** The requester id, or -1. */
  private static int source(StreamId stream) {
    if (stream.specifier().size() != 1) {
      return -1;
    }
    long cell = stream.specifier().getFirst();
    return cell >>> 16 == 0 ? (int) cell : -1;
  }

  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id) && source(stream) >= 0) {
      leave(source(stream));
    }
  }

  /** domain_context_clear(): the entry goes, and with the last one of a domain its id. */
  private void leave(int source) {
    int did = sources.clear(source);
    if (did > SourceTables.PASS_THROUGH_DID && !sources.names(did)) {
      cache.flushDomain(did);
      attached.remove(did).leave(this);
    }
  }

  /** No stream of this unit may use the domain any more. */
  void evict(VtdDomain domain) {
    didOf(domain).ifPresent(did -> sources.sourcesOf(did).forEach(this::leave));
    made.remove(domain);
  }

  void flush(VtdDomain domain, long first, long last) {
    didOf(domain).ifPresent(did -> cache.flushPages(did, first, last));
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    Translation answer = access(stream, address, write);
    if (answer instanceof Fault fault && context.events().on()) {
      context
          .events()
          .emit(
              new DmaEvent.KernelMessage(
                  id, DmaEvent.MessageClass.IOMMU_FAULT, line(stream, fault)));
    }
    return answer;
  }

  /** dmar_fault_do_one(): the record holds the page, and a request without a PASID says so. */
  private String line(StreamId stream, Fault fault) {
    int source = Math.max(source(stream), 0);
    return ("DMAR: [DMA %s NO_PASID] Request device [%s%02x:%02x.%d] fault addr 0x%x"
            + " [fault reason 0x%02x] %s")
        .formatted(
            fault.write() ? "Write" : "Read",
            SEGMENT_PRINTED.holdsIn(context.kernel()) ? "0000:" : "",
            source >>> 8,
            source >>> 3 & 31,
            source & 7,
            fault.address() & -4096L,
            fault.code(),
            fault.name());
  }

  private Translation access(StreamId stream, long address, boolean write) {
    if (Long.compareUnsigned(address - INTERRUPTS, INTERRUPTS_BYTES) < 0) {
      return new Translated(address, false);
    }
    int source = source(stream);
    Optional<DmarFault> refused =
        source < 0 ? Optional.of(DmarFault.CONTEXT_NOT_PRESENT) : sources.find(source);
    if (refused.isPresent()) {
      return refused.get().at(address, write);
    }
    if (ContextEntry.passes(sources.low())) {
      return new Translated(address, false);
    }
    int did = ContextEntry.did(sources.high());
    VtdDomain domain = attached.get(did);
    if (domain == null) {
      return DmarFault.CONTEXT_TABLE.at(address, write);
    }
    if (Long.compareUnsigned(address, domain.table().reach()) >= 0) {
      return DmarFault.BEYOND_WIDTH.at(address, write);
    }
    int way = cache.find(did, address);
    return way == Iotlb.MISS ? walk(did, domain, address, write) : hit(way, domain, address, write);
  }

  private Translation walk(int did, VtdDomain domain, long address, boolean write) {
    SecondLevelTable table = domain.table();
    int level = table.walk(address);
    if (level == SecondLevelTable.BROKEN) {
      return DmarFault.NEXT_TABLE.at(address, write);
    }
    if (level == SecondLevelTable.NOTHING || !SecondLevelEntry.allows(table.leaf(), write)) {
      return DmarFault.denied(write).at(address, write);
    }
    int order = SecondLevelEntry.shift(level);
    cache.fill(did, address, order, table.leaf());
    return new Translated(phys(table.leaf(), order, address), false);
  }

  private Translation hit(int way, VtdDomain domain, long address, boolean write) {
    if (!SecondLevelEntry.allows(cache.entry(way), write)) {
      return DmarFault.denied(write).at(address, write);
    }
    long phys = phys(cache.entry(way), cache.shift(way), address);
    return new Translated(phys, domain.hasUnflushed() && !agrees(domain, address, phys, write));
  }

  /** Whether a walk would say the same now. */
  private static boolean agrees(VtdDomain domain, long address, long phys, boolean write) {
    SecondLevelTable table = domain.table();
    int level = table.walk(address);
    return level >= 0
        && SecondLevelEntry.allows(table.leaf(), write)
        && phys(table.leaf(), SecondLevelEntry.shift(level), address) == phys;
  }

  private static long phys(long leaf, int order, long address) {
    long inPage = (1L << order) - 1;
    return (SecondLevelEntry.address(leaf) & ~inPage) + (address & inPage);
  }

  @Override
  public TlbCounts tlbCounts() {
    return cache.counts();
  }

  @Override
  public void close() {
    List.copyOf(made).forEach(VtdDomain::close);
    List.copyOf(attached.values()).forEach(this::evict);
    sources.close();
  }
}
