package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
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
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;

/**
 * One SMMUv3 as {@code drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c} drives it: the driver's side,
 * which fills tables and queues that {@link SmmuV3Hardware} reads, and answers its events ({@link
 * Interrupts}). What a stream's entry says is {@link Attachments}'.
 *
 * <p>A stream that is in no domain aborts ({@code disable_bypass}). A domain belongs to one SMMU.
 *
 * <p>Not modelled: what the hardware does not ({@link SmmuV3Hardware}); iommufd's vIOMMUs, whose
 * guests bring their own tables (a guest here is one, by the parameter {@code stage}); shared
 * virtual addresses; command batches beyond their order; broadcast TLB maintenance (BTM); of
 * probing, all but the lines that tell the address sizes and the queues. A handler of page requests
 * that promises pages and brings none is cut off after {@value #PATIENCE} times. Engine thread only.
 */
final class SmmuV3 implements Iommu, AttributedAccess, CountingTlb, Invalidator {
  private static final int COMMAND_SHIFT = 4;
  private static final int MAX_TAG = 0xffff;
  private static final int PATIENCE = 32;

  /** IOMMU_NO_PASID. */
  private static final long NO_PASID = 0;

  private final SmmuV3Parameters parameters;
  private final IommuContext context;
  private final TableMemory memory;
  private final TableRequest request;
  private final StreamTable streamTable;
  private final Ring commandRing;
  private final Ring events;
  private final Optional<Ring> requests;
  private final SmmuV3Hardware hardware;
  private final CommandQueue commands;
  private final Interrupts interrupts;
  private final Optional<GuestStage2> guest;
  private final Attachments attachments;
  private final List<PagedDomain> domains = new ArrayList<>();

  /** By {@link TlbTag}. */
  private final Map<Long, PagedDomain> byTag = new HashMap<>();

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
    this.commandRing = new Ring(memory, COMMAND_SHIFT, parameters.commandShift());
    this.events = new Ring(memory, EventRecord.SHIFT, parameters.eventShift());
    this.requests =
        parameters.features().pri()
            ? Optional.of(new Ring(memory, PriRecord.SHIFT, parameters.requestShift()))
            : Optional.empty();
    this.hardware =
        new SmmuV3Hardware(
            memory,
            streamTable,
            commandRing,
            events,
            requests,
            parameters.features(),
            parameters.eventClass(),
            this::hasUnflushed);
    this.commands =
        new CommandQueue(memory, commandRing, hardware, parameters.rangeInvalidation());
    this.interrupts =
        new Interrupts(parameters, context, memory, events, requests, hardware, commands);
    this.guest =
        parameters.nested()
            ? Optional.of(new GuestStage2(parameters, memory, context))
            : Optional.empty();
    this.attachments =
        new Attachments(
            parameters,
            memory,
            streamTable,
            hardware,
            commands,
            guest,
            interrupts.handlesStage2());
    tellProbe();
  }

  /** arm_smmu_device_hw_probe() and arm_smmu_init_one_queue(). */
  private void tellProbe() {
    String prefix = "arm-smmu-v3 " + parameters.device() + ": ";
    tell(
        prefix
            + "ias %d-bit, oas %d-bit (features 0x%08x)"
                .formatted(
                    parameters.outputBits(),
                    parameters.outputBits(),
                    parameters.featureBits()));
    String allocated = prefix + "allocated %d entries for %s";
    if (commandRing.exists() && events.exists()) {
      tell(allocated.formatted(1 << parameters.commandShift(), "cmdq"));
      tell(allocated.formatted(1 << parameters.eventShift(), "evtq"));
    }
    if (requests.isPresent()) {
      tell(allocated.formatted(1 << parameters.requestShift(), "priq"));
    }
  }

  private void tell(String line) {
    context
        .events()
        .emit(
            new DmaEvent.KernelMessage(parameters.id(), DmaEvent.MessageClass.INFO, line));
  }

  private boolean hasUnflushed(long tag) {
    PagedDomain domain = byTag.get(tag);
    return domain != null && domain.hasUnflushed();
  }

  private int vmid() {
    return parameters.nested() ? GuestStage2.VMID : 0;
  }

  private long tag(PagedDomain domain) {
    return parameters.stage2()
        ? TlbTag.stage2(domain.tag())
        : TlbTag.stage1(vmid(), domain.tag());
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
        boolean queued = type == DomainType.DMA_FQ;
        PagedDomain domain =
            new PagedDomain(parameters.id(), context, memory, request, this, number, queued);
        tags.set(number);
        domains.add(domain);
        byTag.put(tag(domain), domain);
        yield domain;
      }
    };
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(parameters.id())) {
      return Errno.ENODEV.rc();
    }
    int cells = stream.specifier().size();
    if (cells != 1 && cells != 2) {
      return Errno.EINVAL.rc();
    }
    long sid = stream.specifier().getFirst();
    if (!streamTable.has(sid)) {
      return Errno.ERANGE.rc();
    }
    boolean ready =
        commandRing.exists() && events.exists() && guest.map(GuestStage2::exists).orElse(true);
    if (!ready || !streamTable.prepare(sid)) {
      return Errno.ENOMEM.rc();
    }
    int rc =
        switch (domain) {
          case TablelessDomain none -> 0;
          case PagedDomain paged when !domains.contains(paged) -> Errno.EINVAL.rc();
          case PagedDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
          case PagedDomain paged -> 0;
          default -> Errno.EINVAL.rc();
        };
    if (rc != 0) {
      return rc;
    }
    long pasid = pasid(stream);
    return pasid == NO_PASID
        ? attachments.attach(sid, domain)
        : attachments.attach(sid, pasid, domain);
  }

  /** The second cell: IOMMU_NO_PASID, without one too. */
  private static long pasid(StreamId stream) {
    return stream.specifier().size() == 2 ? stream.specifier().getLast() : NO_PASID;
  }

  @Override
  public void detach(StreamId stream) {
    int cells = stream.specifier().size();
    if (!stream.iommu().equals(parameters.id()) || cells != 1 && cells != 2) {
      return;
    }
    long sid = stream.specifier().getFirst();
    long pasid = pasid(stream);
    if (pasid == NO_PASID) {
      attachments.detach(sid);
    } else {
      attachments.detach(sid, pasid);
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    return translate(stream, address, write, AccessAttributes.PLAIN);
  }

  @Override
  public Translation translate(
      StreamId stream, long address, boolean write, AccessAttributes attributes) {
    List<Long> cells = stream.specifier();
    long own = pasid(stream);
    AccessAttributes said =
        own != NO_PASID && !attributes.hasPasid()
            ? attributes.withPasid((int) own & 0xf_ffff)
            : attributes;
    long sid = cells.size() == 1 || cells.size() == 2 ? cells.getFirst() : -1;
    Translation answer =
        hardware.access(
            Transaction.of(sid, address, write, said), said.requestsPages());
    if (SmmuV3Hardware.isHeld(answer)) {
      answer = await(hardware.heldId(), stream);
    }
    if (!events.isEmpty()) {
      interrupts.handle(stream);
    }
    return answer;
  }

  private Translation await(int id, StreamId stream) {
    Optional<Translation> outcome = Optional.empty();
    for (int turn = 1; outcome.isEmpty(); turn++) {
      interrupts.handle(stream);
      if (turn == PATIENCE) {
        hardware.abandon(id);
      }
      outcome = hardware.poll(id);
    }
    return outcome.get();
  }

  @Override
  public TlbCounts tlbCounts() {
    return hardware.counts();
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  /** arm_smmu_tlb_inv_range_domain(), then the devices' caches. */
  @Override
  public void range(PagedDomain domain, long start, long last, long pageSize, boolean leafOnly) {
    boolean stage2 = parameters.stage2();
    commands.forget(
        stage2 ? TlbCommand.Scope.IPA : TlbCommand.Scope.VA,
        stage2 ? domain.tag() : vmid(),
        stage2 ? 0 : domain.tag(),
        start,
        last,
        pageSize,
        domain.table().pageSizes(),
        leafOnly);
    attachments.invalidate(domain, start, last);
  }

  /** arm_smmu_tlb_inv_context(). */
  @Override
  public void all(PagedDomain domain) {
    commands.issue(
        parameters.stage2()
            ? new TlbCommand.Vmid(domain.tag())
            : new TlbCommand.Asid(vmid(), domain.tag()));
    commands.sync();
    attachments.invalidate(domain, 0, -1L);
  }

  @Override
  public void closed(PagedDomain domain) {
    if (!domains.remove(domain)) {
      return;
    }
    attachments.evict(domain);
    tags.clear(domain.tag());
    byTag.remove(tag(domain));
  }

  @Override
  public void close() {
    List.copyOf(domains).forEach(PagedDomain::close);
    attachments.close();
    guest.ifPresent(GuestStage2::close);
    streamTable.close();
    commandRing.close();
    events.close();
    requests.ifPresent(Ring::close);
  }
}
