package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.scenario.SyncChange;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * The exporting driver: allocates a buffer, exports it, gives it back. Engine thread only; one
 * object a buffer.
 */
public final class ExporterSide {
  private final YardState yard;
  private final YardDevice device;
  private final Reasons reasons;
  private final SyncPlan syncs;
  private final WriteFences writeFences;
  private Allocation allocation;
  private Optional<SgTable> table = Optional.empty();
  private Optional<UserBuffer> ofUser = Optional.empty();
  private Optional<PageBuffer> ofPages = Optional.empty();
  private Optional<RegisterWindow> registers = Optional.empty();
  private DmaBuf buffer;
  private long bytes;

  /** What {@link #allocation} was asked for as. */
  private MemoryKind kind = MemoryKind.DEFAULT;

  public ExporterSide(YardState yard, YardDevice device) {
    this(yard, device, SyncPlan.RIGHT);
  }

  /**
   * @param syncs that its driver makes
   */
  public ExporterSide(YardState yard, YardDevice device, SyncPlan syncs) {
    this.yard = yard;
    this.syncs = syncs;
    this.device = device;
    this.writeFences = new WriteFences(yard, device);
    this.reasons = new Reasons(yard.events());
  }

  public YardDevice device() {
    return device;
  }

  /** The exported buffer; only after a successful {@link #export}. */
  public DmaBuf buffer() {
    return buffer;
  }

  /** The same, empty while there is none and where registers are shared without a dma-buf. */
  public Optional<DmaBuf> exported() {
    return Optional.ofNullable(buffer);
  }

  /** What the ops of the buffer are called; empty without a dma-buf. */
  public String opsName() {
    return exported().map(DmaBuf::opsName).orElse("");
  }

  /** The driver of a device that uses what is shared here; only after a successful {@link #export}. */
  public ImporterSide importer(YardDevice other) {
    return exported()
        .map(shared -> new ImporterSide(yard, other, shared))
        .orElseGet(
            () ->
                new ImporterSide(
                    yard,
                    other,
                    new RegisterPassage(yard, other, registers.orElseThrow().range())));
  }

  /** The hardware that fills the buffer: registers are filled from within. */
  Device hardware() {
    return registers.isPresent()
        ? new PatternedDevice(yard.inside(device))
        : yard.hardware(device);
  }

  /** The fence that tells others of a write which is about to begin; empty where nobody is told. */
  Optional<DmaFence> announceWrite(long sequence) {
    return writeFences.announce(exported(), sequence);
  }

  /** How much of a frame of that size there is room for: a register window is as large as it is. */
  public long frameBytes(long sizeBytes) {
    return registers
        .map(window -> Math.min(window.range().size(), sizeBytes))
        .orElse(sizeBytes);
  }

  /** Where the driver's memory came from; only after a successful {@link #allocate}. */
  public Allocation allocation() {
    return allocation;
  }

  /** The same, empty while there is none and for memory that a process allocates. */
  public Optional<Allocation> allocated() {
    return Optional.ofNullable(allocation);
  }

  /** dma_alloc_attrs() or its relative for this kind of memory. */
  public Optional<Refusal> allocate(MemoryKind kind, long sizeBytes) {
    if (kind.isOfUserSpace()) {
      ofUser = Optional.of(new UserBuffer(yard, device));
      return ofUser.get().allocate(kind, sizeBytes);
    }
    if (kind == MemoryKind.PAGES) {
      PageBuffer own = new PageBuffer(yard, device, driverOps().equals("prime"));
      ofPages = Optional.of(own);
      Optional<Refusal> refusal = own.allocate(sizeBytes);
      table = refusal.isEmpty() && own.syncs() ? Optional.of(own.pages()) : Optional.empty();
      bytes = sizeBytes;
      return refusal;
    }
    if (kind == MemoryKind.RESOURCE) {
      registers = Optional.of(RegisterWindow.of(device, sizeBytes, reasons));
      return Optional.empty();
    }
    this.kind = kind;
    Optional<Allocation> made = ofKind(kind, sizeBytes);
    if (made.isEmpty()) {
      reasons.step(
          ShareRules.ALLOCATE,
          device.id(),
          "the driver turns the allocator's NULL into -ENOMEM for VIDIOC_REQBUFS",
          "size",
          Long.toString(sizeBytes));
      return Optional.of(new Refusal(Errno.ENOMEM.rc(), "VIDIOC_REQBUFS"));
    }
    allocation = made.get();
    checkKind(kind);
    if (kind == MemoryKind.NONCONTIG) {
      table = Optional.of(yard.dma().sgtOf(allocation));
    }
    return Optional.empty();
  }

  private Optional<Allocation> ofKind(MemoryKind wanted, long sizeBytes) {
    return switch (wanted) {
      case DEFAULT, COHERENT -> coherent(sizeBytes, DmaAttrs.NONE);
      case POOL -> fromPool(sizeBytes);
      case CMA -> coherent(sizeBytes, DmaAttrs.of(DmaAttr.FORCE_CONTIGUOUS));
      case NONCONTIG ->
          yard.dma()
              .allocNoncontiguous(
                  device, sizeBytes, DmaDirection.BIDIRECTIONAL, Gfp.KERNEL, DmaAttrs.NONE);
      case PAGES, SYSTEM_HEAP, CMA_HEAP, UDMABUF, RESOURCE ->
          throw new IllegalStateException(wanted.word() + " is no kind that a driver allocates");
    };
  }

  /**
   * The driver moves the buffer to fresh memory of the same kind, bytes and all, as TTM evicts one.
   * Whoever maps it follows; where somebody cannot, it stays.
   */
  public Optional<Refusal> move() {
    if (allocation == null || table.isPresent() || buffer == null) {
      return Optional.of(new Refusal(Errno.EINVAL.rc(), "moving memory of another kind"));
    }
    byte[] kept = bytes(allocation.sizeBytes());
    Optional<Allocation> fresh = ofKind(kind, allocation.sizeBytes());
    if (fresh.isEmpty()) {
      return Optional.of(new Refusal(Errno.ENOMEM.rc(), "allocating memory to move to"));
    }
    int rc = moveTo(fresh.get());
    Allocation left = rc == 0 ? allocation : fresh.get();
    if (rc == 0) {
      allocation = fresh.get();
      put(kept);
    }
    yard.dmaBufs().freeAllocation(left);
    return rc == 0 ? Optional.empty() : Optional.of(new Refusal(rc, "moving the buffer"));
  }

  private int moveTo(Allocation fresh) {
    DmaResv reservation = buffer.reservation();
    if (reservation.waitTimeout(FenceUsage.BOOKKEEP, 1) == 0) {
      return Errno.EBUSY.rc();
    }
    reservation.lock();
    try {
      return yard.dmaBufs()
          .move(
              buffer,
              new ExportedMemory(
                  device, buffer.sizeBytes(), Optional.of(fresh), Optional.empty()));
    } finally {
      reservation.unlock();
    }
  }

  private Optional<Allocation> coherent(long sizeBytes, DmaAttrs attrs) {
    return yard.dma().allocAttrs(device, sizeBytes, Gfp.KERNEL, attrs);
  }

  private Optional<Allocation> fromPool(long sizeBytes) {
    if (device.coherentPool().isEmpty()) {
      throw new BadInputException(
          "device '" + device.name() + "' has no coherent pool",
          "--memory pool",
          "leave --memory away to see what dma_alloc_attrs gives it");
    }
    return coherent(sizeBytes, DmaAttrs.NONE);
  }

  /** Memory of another kind than asked for would answer another question: say so instead. */
  private void checkKind(MemoryKind kind) {
    AllocationSource source = allocation.source();
    boolean asAsked =
        switch (kind) {
          case POOL -> source == AllocationSource.DEVICE_POOL;
          case CMA -> source == AllocationSource.DEVICE_CMA || source == AllocationSource.DEFAULT_CMA;
          default -> true;
        };
    if (!asAsked) {
      String got = source.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
      freeAllocation();
      throw new BadInputException(
          "dma_alloc_attrs for '" + device.name() + "' is served from " + got,
          "--memory " + kind.word(),
          "leave --memory away to see why");
    }
  }

  /** dma_buf_export() with the ops that the policy chooses. */
  public Optional<Refusal> export(OpsPolicy policy, Optional<String> forcedOps) {
    if (ofUser.isPresent()) {
      return exportOfUser(forcedOps);
    }
    if (registers.isPresent()
        && forcedOps.isEmpty()
        && !registers.get().isExportedIn(yard.kernel(), reasons)) {
      return Optional.empty();
    }
    boolean peerPages = registers.filter(window -> window.hasPages(forcedOps)).isPresent();
    registers.ifPresent(window -> window.check(forcedOps));
    Optional<Refusal> noPages =
        peerPages ? registers.get().addPages(reasons) : Optional.empty();
    if (noPages.isPresent()) {
      return noPages;
    }
    ExportedMemory memory = memory(peerPages);
    String driverOps =
        registers
            .map(window -> window.ops(driverOps()))
            .or(() -> ofPages.map(PageBuffer::ops))
            .orElseGet(this::driverOps);
    ExportResult result = yard.dmaBufs().export(memory, policy, driverOps, forcedOps);
    if (result.rc() < 0) {
      return Optional.of(new Refusal(result.rc(), exportCall()));
    }
    buffer = result.buffer().orElseThrow();
    return Optional.empty();
  }

  private String exportCall() {
    return registers.isPresent() ? "VFIO_DEVICE_FEATURE_DMA_BUF" : "VIDIOC_EXPBUF";
  }

  private ExportedMemory memory(boolean peerPages) {
    if (registers.isPresent()) {
      return registers.get().memory(peerPages);
    }
    return ofPages.isPresent()
        ? new ExportedMemory(
            device,
            PageRef.align(bytes),
            Optional.empty(),
            Optional.of(ofPages.get().pages()))
        : new ExportedMemory(
            device, PageRef.align(allocation.sizeBytes()), Optional.of(allocation), table);
  }

  private String driverOps() {
    return device.spec().ops().orElse(yard.facts(device).exporterOps());
  }

  /** The buffer came with its ops; the device that fills it imports it first. */
  private Optional<Refusal> exportOfUser(Optional<String> forcedOps) {
    buffer = ofUser.get().buffer();
    if (forcedOps.filter(ops -> !ops.equals(buffer.opsName())).isPresent()) {
      throw new BadInputException(
          "memory that a process allocates has the ops " + buffer.opsName(),
          "--ops " + forcedOps.get(),
          "leave --ops away");
    }
    return ofUser.get().attach();
  }

  /** Where the buffer lies for the exporting device itself. */
  public List<BusSegment> segments() {
    if (ofUser.isPresent()) {
      return ofUser.get().segments();
    }
    if (registers.isPresent()) {
      return registers.get().segments();
    }
    if (ofPages.isPresent()) {
      return ofPages.get().segments();
    }
    if (table.isPresent()) {
      return table.get().mapped().stream()
          .map(s -> new BusSegment(s.dma(), s.dmaLength()))
          .toList();
    }
    return List.of(new BusSegment(allocation.handle(), PageRef.align(allocation.sizeBytes())));
  }

  /** Where a physical address lies in the buffer; -1 when it is none of its bytes. */
  long offsetOf(long phys) {
    long before = 0;
    for (PhysRange run : runs()) {
      if (Long.compareUnsigned(phys - run.base(), run.size()) < 0) {
        return before + phys - run.base();
      }
      before += run.size();
    }
    return -1;
  }

  /**
   * The first bytes of the buffer, as whoever wrote them last meant them, however far they got
   * through the caches. No driver does so: it is the platform that moves a frame.
   */
  public byte[] bytes(long sizeBytes) {
    return new BufferBytes(yard, runs()).read(sizeBytes);
  }

  /** Puts such bytes into the buffer; they are in memory then, and in no cache. */
  public void put(byte[] bytes) {
    new BufferBytes(yard, runs()).write(bytes);
  }

  /** Whether the memory outlives its export: memory of a process does not, nor pages of a driver. */
  public boolean canExportAgain() {
    return ofUser.isEmpty() && ofPages.isEmpty();
  }

  /** Drops the buffer and keeps the allocation. */
  public void takeBack() {
    yard.dmaBufs().put(buffer);
    buffer = null;
  }

  private List<PhysRange> runs() {
    if (allocation != null) {
      return allocation.runs();
    }
    return buffer == null
        ? List.of()
        : buffer.memory().pages().stream()
            .flatMap(pages -> pages.segments().stream())
            .filter(Segment.PageBacked.class::isInstance)
            .map(Segment.PageBacked.class::cast)
            .map(run -> new PhysRange(run.phys(), run.length()))
            .toList();
  }

  /** vb2_dc_prepare(): buffers of cacheable memory are synced before their device uses them. */
  void prepare() {
    ofUser.ifPresent(UserBuffer::prepare);
    sync(SyncChange.Point.EXPORTER_PREPARE, true);
  }

  /** vb2_dc_finish(): and when it is done. */
  void finish() {
    ofUser.ifPresent(UserBuffer::finish);
    sync(SyncChange.Point.EXPORTER_FINISH, false);
  }

  private void sync(SyncChange.Point point, boolean forDevice) {
    Optional<DmaDirection> direction = syncs.at(point, DmaDirection.BIDIRECTIONAL);
    if (table.isPresent() && direction.isPresent()) {
      yard.dma().syncSg(device, table.get(), direction.get(), forDevice);
    }
  }

  /** A step of the chain that says where the buffer is, for readers who skip the details. */
  public String whereabouts() {
    return allocation.source().name()
        + " at "
        + DmaAddress.hex(allocation.physAt(0))
        + ", handle "
        + DmaAddress.hex(allocation.handle());
  }

  /** Drops the buffer and the allocation, whatever of them came to be. */
  public void release() {
    ofUser.ifPresent(UserBuffer::release);
    ofPages.ifPresent(PageBuffer::unmap);
    if (buffer != null && ofUser.isEmpty()) {
      yard.dmaBufs().put(buffer);
    }
    buffer = null;
    ofPages.ifPresent(PageBuffer::free);
    freeAllocation();
  }

  private void freeAllocation() {
    if (allocation != null) {
      yard.dmaBufs().freeAllocation(allocation);
      allocation = null;
    }
  }
}
