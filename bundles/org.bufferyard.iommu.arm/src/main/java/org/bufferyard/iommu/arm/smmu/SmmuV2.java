package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.PageTables;
import org.bufferyard.iommu.arm.pgtable.Rights;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.unit.CachedWalk;
import org.bufferyard.iommu.arm.unit.FaultLog;

/**
 * One SMMU of version 1 or 2 (SMMU architecture, IHI 0062) as {@code
 * drivers/iommu/arm/arm-smmu/arm-smmu.c} drives it: stream match registers with their masks ({@link
 * StreamMap}), context banks, one a domain, tables of LPAE or short descriptors, a TLB tagged by
 * bank, context and global faults as the driver prints them ({@link SmmuV2Fault}).
 *
 * <p>A stream that no register matches faults ({@code disable_bypass}). A domain belongs to one
 * SMMU. The kernel puts streams that share a register into one group; here the second that wants
 * another domain is refused with -EBUSY.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>registers as memory: TCR and TTBR of a bank are the domain's table itself
 *   <li>both stages nested, stream indexing, extended stream ids (EXIDS), secure banks, TTBR1
 *   <li>stalls, several faults in one FSR (MULTI)
 *   <li>privilege and execution in short descriptors; S2CR.PRIVCFG and INSTCFG, which the driver
 *       leaves as they are; memory attributes
 *   <li>what Qualcomm's and NVIDIA's glue does
 * </ul>
 *
 * <p>Cost of an access: a compare a register, then 8 for a TLB hit; a word read a level for a miss.
 * Engine thread only.
 */
final class SmmuV2 implements Iommu, AttributedAccess, CountingTlb, Invalidator {
  private static final int ID_BITS = 0x7fff;

  private final SmmuV2Parameters parameters;
  private final IommuContext context;
  private final TableMemory memory;
  private final StreamMap map;
  private final CachedWalk cache = new CachedWalk();
  private final FaultLog contextFaults;
  private final FaultLog globalFaults;

  /** The domain behind each context bank that is in use. */
  private final Map<Integer, PagedDomain> banks = new HashMap<>();

  private final BitSet usedBanks = new BitSet();

  /** Register of each attached stream. */
  private final Map<StreamId, Integer> registers = new HashMap<>();

  SmmuV2(SmmuV2Parameters parameters, IommuContext context) {
    if (!PageTables.supports(parameters.table(), context.kernel())) {
      throw new IllegalArgumentException(
          "IOMMU " + parameters.id() + ": the format has no table for " + parameters.table());
    }
    this.parameters = parameters;
    this.context = context;
    this.memory = new TableMemory(context);
    this.map = new StreamMap(parameters.registers());
    this.contextFaults = new FaultLog(parameters.id(), "arm_smmu_context_fault", context);
    this.globalFaults = new FaultLog(parameters.id(), "arm_smmu_global_fault", context);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A domain takes its bank at once; when there is none left, attaching it answers -ENOSPC, as
   * arm_smmu_init_domain_context() does.
   */
  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        int bank = usedBanks.nextClearBit(0);
        boolean queued = type == DomainType.DMA_FQ;
        PagedDomain domain =
            new PagedDomain(
                parameters.id(), context, memory, parameters.table(), this, bank, queued);
        usedBanks.set(bank);
        banks.put(bank, domain);
        yield domain;
      }
    };
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(parameters.id())) {
      return Errno.ENODEV.rc();
    }
    int rc = refusal(domain);
    if (rc != 0) {
      return rc;
    }
    int register = register(stream);
    if (register < 0) {
      return register;
    }
    int bank =
        switch (domain) {
          case PagedDomain paged -> paged.tag();
          case TablelessDomain none when none == TablelessDomain.IDENTITY -> StreamMap.BYPASS;
          default -> StreamMap.FAULT;
        };
    if (map.isShared(register) && map.bank(register) != bank) {
      // Streams of one register are one group: it cannot be in two domains (D13).
      return Errno.EBUSY.rc();
    }
    map.route(register, bank);
    return 0;
  }

  /** Why no stream can be in a domain: a negative errno, or 0. */
  private int refusal(IommuDomain domain) {
    return switch (domain) {
      case TablelessDomain none -> 0;
      case PagedDomain paged when banks.get(paged.tag()) != paged -> Errno.EINVAL.rc();
      case PagedDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
      case PagedDomain paged when paged.tag() >= parameters.banks() -> Errno.ENOSPC.rc();
      case PagedDomain paged -> 0;
      default -> Errno.EINVAL.rc();
    };
  }

  /** The stream's register, taken now if it has none; or a negative errno. */
  private int register(StreamId stream) {
    Integer known = registers.get(stream);
    if (known != null) {
      return known;
    }
    List<Long> cells = stream.specifier();
    if (cells.isEmpty() || cells.size() > 2) {
      return Errno.EINVAL.rc();
    }
    long id = cells.getFirst();
    long mask = cells.size() == 2 ? cells.getLast() : parameters.streamMask();
    if ((id & ~ID_BITS) != 0 || (mask & ~ID_BITS) != 0) {
      return Errno.EINVAL.rc();
    }
    int register = map.take((int) id, (int) mask);
    if (register >= 0) {
      registers.put(stream, register);
    }
    return register;
  }

  @Override
  public void detach(StreamId stream) {
    Integer register = registers.remove(stream);
    if (register != null) {
      map.giveBack(register);
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    return translate(stream, address, write, AccessAttributes.PLAIN);
  }

  /** {@inheritDoc} A PASID is nothing to an SMMU of this version. */
  @Override
  public Translation translate(
      StreamId stream, long address, boolean write, AccessAttributes attributes) {
    int syndrome = SmmuV2Fault.syndrome(write, attributes);
    long id = stream.specifier().isEmpty() ? -1 : stream.specifier().getFirst();
    int register = map.match(id);
    if (register < 0) {
      SmmuV2Fault fault =
          register == StreamMap.CONFLICT ? SmmuV2Fault.SMCF : SmmuV2Fault.USF;
      return global(fault, id, address, write, syndrome);
    }
    int bank = map.bank(register);
    if (bank == StreamMap.BYPASS) {
      return new Translation.Translated(address, false);
    }
    PagedDomain domain = banks.get(bank);
    if (bank == StreamMap.FAULT || domain == null) {
      return global(SmmuV2Fault.ICF, id, address, write, syndrome);
    }
    int need = Rights.needed(write, attributes.privileged(), attributes.instruction());
    return switch (cache.access(bank, domain.table(), address, need, domain.hasUnflushed())) {
      case REACHED -> new Translation.Translated(cache.phys(), false);
      case STALE -> new Translation.Translated(cache.phys(), true);
      case NOTHING -> fault(SmmuV2Fault.TF, domain, id, address, write, syndrome);
      case TOO_FAR -> fault(SmmuV2Fault.ASF, domain, id, address, write, syndrome);
      case NOT_ACCESSED -> fault(SmmuV2Fault.AFF, domain, id, address, write, syndrome);
      case DENIED -> fault(SmmuV2Fault.PF, domain, id, address, write, syndrome);
      case BROKEN -> fault(SmmuV2Fault.EF, domain, id, address, write, syndrome);
    };
  }

  private Translation global(
      SmmuV2Fault fault, long id, long address, boolean write, int syndrome) {
    globalFaults.report(() -> fault.globalLog(parameters.device(), id & 0xffff, syndrome));
    return new Translation.Fault(fault.status(0), fault.name(), address, write);
  }

  private Translation fault(
      SmmuV2Fault fault,
      PagedDomain domain,
      long id,
      long address,
      boolean write,
      int syndrome) {
    int format = parameters.formatCode();
    contextFaults.report(
        () ->
            fault.log(
                parameters.device(),
                domain.tag(),
                format,
                level(domain, address),
                id,
                address,
                syndrome,
                context.kernel()));
    return new Translation.Fault(fault.status(format), fault.name(), address, write);
  }

  /** Level of the entry that ended the walk. */
  private static int level(PagedDomain domain, long address) {
    List<TableWalk.Entry> walk = domain.entries(address);
    if (walk.isEmpty()) {
      return domain.configuration().getOrDefault("start_level", 1L).intValue();
    }
    TableWalk.Entry last = walk.getLast();
    return last.leaf() ? last.level() : last.level() + 1;
  }

  @Override
  public TlbCounts tlbCounts() {
    return cache.tlb().counts();
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  /** TLBIVAL or TLBIIPAS2L a page, then TLBSYNC. */
  @Override
  public void range(PagedDomain domain, long start, long last, long pageSize, boolean leafOnly) {
    cache.tlb().flush(domain.tag(), start, last);
  }

  /** TLBIASID or TLBIVMID, then TLBSYNC. */
  @Override
  public void all(PagedDomain domain) {
    cache.tlb().flush(domain.tag());
  }

  @Override
  public void closed(PagedDomain domain) {
    if (banks.remove(domain.tag(), domain)) {
      usedBanks.clear(domain.tag());
      map.drop(domain.tag());
    }
  }

  @Override
  public void close() {
    List.copyOf(new ArrayList<>(banks.values())).forEach(PagedDomain::close);
    registers.clear();
  }
}
