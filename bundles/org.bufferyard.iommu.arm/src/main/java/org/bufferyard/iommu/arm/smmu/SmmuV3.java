package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.unit.FaultLog;

/**
 * One SMMUv3 as {@code drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c} drives it: the driver's side,
 * which fills tables and queues that {@link SmmuV3Hardware} reads, and prints its events.
 *
 * <p>A stream that is in no domain aborts ({@code disable_bypass}). A domain belongs to one SMMU.
 *
 * <p>Not modelled: what the hardware does not ({@link SmmuV3Hardware}); command batches beyond
 * their order; broadcast TLB maintenance (BTM); of probing, all but the lines that tell the address
 * sizes and the queues. Engine thread only.
 */
final class SmmuV3 implements Iommu, CountingTlb, Invalidator {
  private static final int COMMAND_SHIFT = 4;
  private static final int MAX_TAG = 0xffff;
  private static final int RANGE_UNITS = 31;

  /** Events are printed by a function of their own. */
  private static final Rule DUMPED = Rule.of("D14", "arm_smmu_dump_event").since(6, 14);

  private final SmmuV3Parameters parameters;
  private final IommuContext context;
  private final TableMemory memory;
  private final TableRequest request;
  private final StreamTable streamTable;
  private final Ring commands;
  private final Ring events;
  private final SmmuV3Hardware hardware;
  private final FaultLog log;
  private final List<PagedDomain> domains = new ArrayList<>();

  /** The domain of each stream that is in one. */
  private final Map<Long, IommuDomain> streams = new HashMap<>();

  /** Context descriptor of each stream that has one, physical. */
  private final Map<Long, Long> contexts = new HashMap<>();

  private final Map<Integer, PagedDomain> byTag = new HashMap<>();

  /** ASIDs or VMIDs in use; 0 is nobody's. */
  private final BitSet tags = new BitSet();

  SmmuV3(SmmuV3Parameters parameters, IommuContext context) {
    this.parameters = parameters;
    this.context = context;
    this.memory = new TableMemory(context);
    this.request =
        new TableRequest(
            parameters.stage2() ? TableFormat.ARM_64_LPAE_S2 : TableFormat.ARM_64_LPAE_S1,
            parameters.pageSizes(),
            parameters.inputBits(),
            parameters.outputBits(),
            true,
            Set.of());
    this.streamTable = new StreamTable(memory, parameters.streamBits(), parameters.twoLevels());
    this.commands = new Ring(memory, COMMAND_SHIFT, parameters.commandShift());
    this.events = new Ring(memory, EventRecord.SHIFT, parameters.eventShift());
    this.hardware =
        new SmmuV3Hardware(
            memory, streamTable, commands, events, parameters.eventClass(), this::hasUnflushed);
    boolean dumped = DUMPED.holdsIn(context.kernel());
    this.log =
        new FaultLog(
            parameters.id(), dumped ? DUMPED.function() : "arm_smmu_evtq_thread", context);
    tellProbe();
  }

  /** arm_smmu_device_hw_probe() and arm_smmu_init_one_queue(). */
  private void tellProbe() {
    String prefix = "arm-smmu-v3 " + parameters.device() + ": ";
    tell(
        prefix
            + "ias %d-bit, oas %d-bit (features 0x%08x)"
                .formatted(
                    parameters.outputBits(), parameters.outputBits(), parameters.features()));
    String allocated = prefix + "allocated %d entries for %s";
    if (commands.exists() && events.exists()) {
      tell(allocated.formatted(1 << parameters.commandShift(), "cmdq"));
      tell(allocated.formatted(1 << parameters.eventShift(), "evtq"));
    }
  }

  private void tell(String line) {
    context
        .events()
        .emit(
            new DmaEvent.KernelMessage(parameters.id(), DmaEvent.MessageClass.INFO, line));
  }

  private boolean hasUnflushed(int tag) {
    PagedDomain domain = byTag.get(tag);
    return domain != null && domain.hasUnflushed();
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        int number = tags.nextClearBit(1);
        if (number > MAX_TAG) {
          throw new IllegalStateException(
              "SMMU " + parameters.id() + ": all " + MAX_TAG + " address space ids are in use");
        }
        int tag = parameters.stage2() ? SmmuV3Hardware.VMID_TAG | number : number;
        boolean queued = type == DomainType.DMA_FQ;
        PagedDomain domain =
            new PagedDomain(
                parameters.id(), context, memory, request, this, tag, queued);
        tags.set(number);
        domains.add(domain);
        byTag.put(tag, domain);
        yield domain;
      }
    };
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(parameters.id())) {
      return Errno.ENODEV.rc();
    }
    if (stream.specifier().size() != 1) {
      return Errno.EINVAL.rc();
    }
    long sid = stream.specifier().getFirst();
    if (!streamTable.has(sid)) {
      return Errno.ERANGE.rc();
    }
    if (!commands.exists() || !events.exists() || !streamTable.prepare(sid)) {
      return Errno.ENOMEM.rc();
    }
    return switch (domain) {
      case TablelessDomain none -> {
        boolean passes = none == TablelessDomain.IDENTITY;
        install(sid, passes ? StreamTableEntry.BYPASS : StreamTableEntry.ABORT);
        streams.put(sid, none);
        yield 0;
      }
      case PagedDomain paged when !domains.contains(paged) -> Errno.EINVAL.rc();
      case PagedDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
      case PagedDomain paged -> attach(sid, paged);
      default -> Errno.EINVAL.rc();
    };
  }

  private int attach(long sid, PagedDomain domain) {
    if (parameters.stage2()) {
      long vtcr = vtcr(domain.configuration());
      int vmid = domain.tag() & MAX_TAG;
      install(sid, StreamTableEntry.stage2(vmid, vtcr, domain.table().base()));
    } else {
      long descriptor =
          contexts.computeIfAbsent(
              sid, s -> memory.allocate(ContextDescriptor.SIZE, Long.SIZE));
      if (descriptor == TableMemory.NONE) {
        contexts.remove(sid);
        return Errno.ENOMEM.rc();
      }
      ContextDescriptor.of(domain.tag(), domain.table().base(), domain.configuration())
          .write(memory, descriptor);
      issue(new Command.ConfigCd(sid));
      install(sid, StreamTableEntry.stage1(descriptor));
    }
    streams.put(sid, domain);
    return 0;
  }

  private static long vtcr(Map<String, Long> configuration) {
    long writeBack = 1;
    return configuration.get("vtcr.tsz")
        | configuration.get("vtcr.sl") << 6
        | writeBack << 8
        | writeBack << 10
        | configuration.get("vtcr.sh") << 12
        | configuration.get("vtcr.tg") << 14
        | configuration.get("vtcr.ps") << 16;
  }

  /** arm_smmu_install_ste_for_dev(). */
  private void install(long sid, StreamTableEntry entry) {
    entry.write(memory, streamTable.entry(sid));
    issue(new Command.ConfigSte(sid));
    sync();
  }

  private void issue(Command command) {
    if (commands.isFull()) {
      hardware.runCommands();
    }
    long at = commands.producerSlot();
    memory.writeLong(at, command.low());
    memory.writeLong(at + 8, command.high());
    commands.produced();
  }

  private void sync() {
    issue(new Command.Sync());
    hardware.runCommands();
  }

  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(parameters.id()) && stream.specifier().size() == 1) {
      leave(stream.specifier().getFirst());
    }
  }

  private void leave(long sid) {
    if (streams.remove(sid) == null) {
      return;
    }
    install(sid, StreamTableEntry.ABORT);
    Long descriptor = contexts.remove(sid);
    if (descriptor != null) {
      memory.free(descriptor, ContextDescriptor.SIZE);
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    long sid = stream.specifier().size() == 1 ? stream.specifier().getFirst() : -1;
    Translation answer = hardware.translate(sid, address, write);
    if (!events.isEmpty()) {
      handleEvents(stream);
    }
    return answer;
  }

  /** arm_smmu_evtq_thread(). */
  private void handleEvents(StreamId stream) {
    while (!events.isEmpty()) {
      EventRecord event = EventRecord.read(memory, events.consumerSlot());
      events.consumed();
      log.report(
          () -> event.log(parameters.device(), context.clientName(stream), context.kernel()));
    }
  }

  @Override
  public TlbCounts tlbCounts() {
    return hardware.cache().tlb().counts();
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  @Override
  public void range(PagedDomain domain, long start, long last, long pageSize, boolean leafOnly) {
    if (parameters.rangeInvalidation()) {
      ranges(domain, start, last, pageSize, leafOnly);
    } else {
      for (long at = start; at - start <= last - start; at += pageSize) {
        issue(page(domain, at, leafOnly));
        if (last - at < pageSize) {
          break;
        }
      }
    }
    sync();
  }

  private static Command page(PagedDomain domain, long address, boolean leafOnly) {
    boolean stage2 = (domain.tag() & SmmuV3Hardware.VMID_TAG) != 0;
    return new Command.TlbRange(
        stage2, domain.tag() & MAX_TAG, address, leafOnly, 0, 0, 0, 0);
  }

  /** __arm_smmu_tlb_inv_range(): five bits of the number of pages at a time. */
  private void ranges(
      PagedDomain domain, long start, long last, long pageSize, boolean leafOnly) {
    int shift = Long.numberOfTrailingZeros(domain.table().pageSizes());
    boolean stage2 = (domain.tag() & SmmuV3Hardware.VMID_TAG) != 0;
    int bits = Long.numberOfTrailingZeros(pageSize) - 3;
    int level = leafOnly ? 4 - bits / (shift - 3) : 0;
    long pages = (last - start + 1) >>> shift;
    if (!leafOnly && (pages & RANGE_UNITS) == 1) {
      pages++;
    }
    long at = start;
    while (pages != 0) {
      int scale = Long.numberOfTrailingZeros(pages);
      int units = (int) (pages >>> scale) & RANGE_UNITS;
      issue(
          new Command.TlbRange(
              stage2,
              domain.tag() & MAX_TAG,
              at,
              leafOnly,
              (shift - 10) / 2,
              units - 1,
              scale,
              level));
      pages -= (long) units << scale;
      at += (long) units << (scale + shift);
    }
  }

  /** arm_smmu_tlb_inv_context(). */
  @Override
  public void all(PagedDomain domain) {
    int number = domain.tag() & MAX_TAG;
    issue(parameters.stage2() ? new Command.TlbVmid(number) : new Command.TlbAsid(number));
    sync();
  }

  @Override
  public void closed(PagedDomain domain) {
    if (!domains.remove(domain)) {
      return;
    }
    List<Long> members =
        streams.entrySet().stream()
            .filter(e -> e.getValue() == domain)
            .map(Map.Entry::getKey)
            .toList();
    members.forEach(this::leave);
    tags.clear(domain.tag() & MAX_TAG);
    byTag.remove(domain.tag());
  }

  @Override
  public void close() {
    List.copyOf(domains).forEach(PagedDomain::close);
    List.copyOf(streams.keySet()).forEach(this::leave);
    streamTable.close();
    commands.close();
    events.close();
  }
}
