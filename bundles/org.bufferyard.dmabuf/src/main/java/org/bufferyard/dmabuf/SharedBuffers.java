package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.AcquireContext;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.DmaBufEngineContext;

/**
 * The dma-buf core of one yard: references, attachments and lifetime, with mapping, CPU side and
 * export beside it. Engine thread only.
 *
 * <p>Buffers and attachments of another yard are refused with IllegalArgumentException, released
 * ones with IllegalStateException: no kernel answers those.
 */
final class SharedBuffers implements DmaBufs {
  private final DmaBufEngineContext yard;
  private final Narrator narrator;
  private final Exports exports;
  private final Attachments attachments;
  private final CpuSide cpuSide;
  private final ReservationLock lock;
  private final FenceContainers containers;
  private final UserSpace userSpace;

  /** reservation_ww_class.stamp. */
  private long lastStamp;

  /** Not released, oldest first. */
  private final List<SharedBuffer> live = new ArrayList<>();

  /** Released, though their ops broke in it. */
  private int lost;

  /** Given up by their driver while a buffer shares them (P9); by identity. */
  private final List<Allocation> putOff = new ArrayList<>();

  SharedBuffers(DmaBufEngineContext yard) {
    this.yard = yard;
    this.narrator = new Narrator(yard.events());
    this.exports = new Exports(yard, narrator);
    this.cpuSide = new CpuSide(narrator);
    this.lock = new ReservationLock(narrator);
    this.attachments =
        new Attachments(
            yard.kernel(),
            narrator,
            new AttachmentMappings(
                yard.kernel(), yard.debugging().dmaBuf(), yard.moveNotify(), narrator),
            lock,
            this::put);
    this.containers = new FenceContainers(yard.kernel(), yard.events(), yard::nowNanos);
    this.userSpace = new UserSpace(yard, this, containers, narrator);
  }

  // ---- export, references ----

  @Override
  public ExportResult export(
      ExportedMemory memory, OpsPolicy policy, String driverOps, Optional<String> forcedOps) {
    return added(exports.export(memory, policy, driverOps, forcedOps));
  }

  @Override
  public ExportResult export(ExportedMemory memory, DmaBufOpsKind ops) {
    return added(exports.export(memory, OpsPolicy.MAINLINE, ops, Optional.empty()));
  }

  private ExportResult added(ExportResult result) {
    result.buffer().ifPresent(buffer -> live.add(own(buffer)));
    return result;
  }

  @Override
  public void get(DmaBuf buffer) {
    own(buffer).get();
  }

  @Override
  public void put(DmaBuf buffer) {
    SharedBuffer shared = own(buffer);
    if (shared.dropReference()) {
      release(shared);
    }
  }

  private void release(SharedBuffer buffer) {
    if (buffer.kernelMappings() > 0) {
      throw oops(buffer, "released with " + buffer.kernelMappings() + " kernel mappings: kernel BUG");
    }
    buffer.markReleased();
    Regardless work = new Regardless();
    if (!work.run(buffer.ops().lifecycle()::release)) {
      lost(buffer);
    }
    if (!buffer.attachments().isEmpty()) {
      narrator.warning(CoreRules.RELEASE, buffer.id(), "attachments are left");
      narrator.hazard(
          CoreRules.RELEASE,
          buffer.id(),
          "released under " + buffer.attachments().size() + " attachment(s): use after free");
    }
    buffer.reservation().release();
    live.remove(buffer);
    narrator.emit(new DmaEvent.Released(buffer.id()));
    buffer.memory().allocation().ifPresent(a -> work.run(() -> freeIfPutOff(a)));
    work.run(() -> userSpace.released(buffer));
    work.rethrow();
  }

  /** The buffer is dead all the same; what its ops held for it is anybody's guess. */
  private void lost(SharedBuffer buffer) {
    lost++;
    int mappings = buffer.attachments().stream().mapToInt(Attachment::mappings).sum();
    narrator.hazard(
        CoreRules.RELEASE,
        buffer.id(),
        "the ops "
            + buffer.opsName()
            + " of "
            + buffer.memory().exporter().id()
            + " broke in release(): the buffer is gone, what they held for its "
            + buffer.sizeBytes()
            + " bytes is lost"
            + (mappings > 0 ? ", with " + mappings + " mapping(s)" : ""));
  }

  private KernelOops oops(SharedBuffer buffer, String text) {
    narrator.emit(new DmaEvent.Oopsed(CoreRules.RELEASE, buffer.id(), text));
    return new KernelOops(CoreRules.RELEASE, text);
  }

  @Override
  public int liveBuffers() {
    return live.size();
  }

  @Override
  public int lostBuffers() {
    return lost;
  }

  // ---- the exporter's allocation ----

  @Override
  public boolean freeAllocation(Allocation allocation) {
    Optional<SharedBuffer> user = userOf(allocation);
    if (user.isEmpty()) {
      yard.dma().free(allocation);
      return true;
    }
    if (!putOff.contains(allocation)) {
      putOff.add(allocation);
      narrator.decided(
          CoreRules.LIFETIME,
          allocation.owner(),
          "the driver frees "
              + DmaAddress.hex(allocation.handle())
              + " while "
              + user.get().id()
              + " shares it: put off until the last reference, attachment and mapping is gone",
          "handle",
          DmaAddress.hex(allocation.handle()),
          "buffer",
          user.get().id());
    }
    return false;
  }

  private Optional<SharedBuffer> userOf(Allocation allocation) {
    return live.stream()
        .filter(b -> b.memory().allocation().filter(a -> a == allocation).isPresent())
        .findFirst();
  }

  private void freeIfPutOff(Allocation allocation) {
    // Few are put off, and looking for users goes through all buffers.
    if (putOff.contains(allocation) && userOf(allocation).isEmpty()) {
      putOff.remove(allocation);
      yard.dma().free(allocation);
    }
  }

  @Override
  public Optional<SgTable> allocPages(long sizeBytes, PageBlocks blocks) {
    return userSpace.driverPages(sizeBytes, blocks);
  }

  @Override
  public boolean freePages(SgTable pages) {
    boolean unused =
        live.stream().noneMatch(b -> b.memory().pages().filter(p -> p == pages).isPresent());
    if (unused) {
      userSpace.giveBack(pages);
    }
    return unused;
  }

  // ---- attachments ----

  @Override
  public AttachResult attach(DmaBuf buffer, DmaDevice importer, boolean dynamic) {
    return attachments.attach(own(buffer), importer, dynamic, Optional.empty());
  }

  @Override
  public AttachResult attach(DmaBuf buffer, DmaDevice importer, ImporterOps importerOps) {
    return attachments.attach(own(buffer), importer, true, Optional.of(importerOps));
  }

  @Override
  public void detach(DmaBufAttachment attachment) {
    attachments.detach(own(attachment));
  }

  @Override
  public SgResult map(DmaBufAttachment attachment, DmaDirection direction) {
    return attachments.map(own(attachment), direction);
  }

  @Override
  public void unmap(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    attachments.unmap(own(attachment), table, direction);
  }

  @Override
  public SgResult mapLocked(DmaBufAttachment attachment, DmaDirection direction) {
    return attachments.mapLocked(own(attachment), direction);
  }

  @Override
  public void unmapLocked(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    attachments.unmapLocked(own(attachment), table, direction);
  }

  @Override
  public int pin(DmaBufAttachment attachment) {
    return attachments.pin(own(attachment));
  }

  @Override
  public void unpin(DmaBufAttachment attachment) {
    attachments.unpin(own(attachment));
  }

  @Override
  public void invalidateMappings(DmaBuf buffer) {
    attachments.invalidate(own(buffer));
  }

  @Override
  public int move(DmaBuf buffer, ExportedMemory to) {
    return attachments.move(own(buffer), to);
  }

  @Override
  public void revokeExports(DmaDevice exporter) {
    for (SharedBuffer buffer : List.copyOf(live)) {
      if (buffer.memory().exporter() == exporter && !buffer.isReleased()) {
        attachments.revoke(buffer);
      }
    }
  }

  // ---- the CPU ----

  @Override
  public int beginCpuAccess(DmaBuf buffer, DmaDirection direction) {
    lock.assertNotHeld(live(buffer), "dma_buf_begin_cpu_access()");
    return cpuSide.begin(live(buffer), direction);
  }

  @Override
  public int endCpuAccess(DmaBuf buffer, DmaDirection direction) {
    lock.assertNotHeld(live(buffer), "dma_buf_end_cpu_access()");
    return cpuSide.end(live(buffer), direction);
  }

  @Override
  public MapResult mmap(DmaBuf buffer, long pageOffset, long sizeBytes) {
    return mmap(live(buffer), pageOffset, sizeBytes, true);
  }

  /** mmap() on a descriptor. */
  MapResult mmap(SharedBuffer buffer, long pageOffset, long sizeBytes, boolean shared) {
    lock.assertNotHeld(buffer, "dma_buf_mmap()");
    return cpuSide.mmap(buffer, pageOffset, sizeBytes, shared);
  }

  @Override
  public void munmap(DmaBuf buffer) {
    SharedBuffer shared = live(buffer);
    if (shared.userMappings() == 0) {
      throw new IllegalStateException(shared.id() + " has no user mapping");
    }
    shared.addUserMapping(-1);
    put(shared);
  }

  @Override
  public MapResult vmap(DmaBuf buffer) {
    SharedBuffer shared = live(buffer);
    if (lock.isLost(shared, "dma_buf_vmap()")) {
      return MapResult.failed(Errno.EDEADLK.rc());
    }
    return lock.holding(shared, () -> cpuSide.vmap(shared));
  }

  @Override
  public void vunmap(DmaBuf buffer) {
    SharedBuffer shared = live(buffer);
    if (!lock.isLost(shared, "dma_buf_vunmap()")) {
      lock.holding(
          shared,
          () -> {
            cpuSide.vunmap(shared);
            return 0;
          });
    }
  }

  @Override
  public DmaFence newFence(long context, long seqno) {
    return containers.fence(context, seqno);
  }

  @Override
  public DmaFence newFence(DmaDevice driver, long context, long seqno) {
    return containers.fence(driver.id(), context, seqno);
  }

  @Override
  public DmaFences fences() {
    return containers;
  }

  @Override
  public AcquireContext newAcquireContext(DmaDevice driver) {
    return new Acquisition(++lastStamp, driver.id(), narrator);
  }

  // ---- user space ----

  @Override
  public UserProcess newProcess() {
    return new DescriptorTable(userSpace);
  }

  // ---- whose is it ----

  static SharedBuffer live(DmaBuf buffer) {
    SharedBuffer shared = own(buffer);
    shared.requireLive();
    return shared;
  }

  private static SharedBuffer own(DmaBuf buffer) {
    if (buffer instanceof SharedBuffer shared) {
      return shared;
    }
    throw new IllegalArgumentException("not a buffer of this core: " + buffer);
  }

  private static Attachment own(DmaBufAttachment attachment) {
    if (attachment instanceof Attachment own) {
      return own;
    }
    throw new IllegalArgumentException("not an attachment of this core: " + attachment);
  }
}
