package org.bufferyard.dmabuf;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.DmaBufs.PageBlocks;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.yard.DmaBufEngineContext;

/** What every process of a yard can open: device nodes, memory files, sync files. */
final class UserSpace {
  private static final String HEAP_NODES = "/dev/dma_heap/";
  private static final String UDMABUF_NODE = "/dev/udmabuf";
  private static final String UDMABUF = "udmabuf";

  private final DmaBufEngineContext yard;
  private final SharedBuffers core;
  private final Narrator narrator;
  private final FenceContainers containers;
  private final PageStore store;

  /** Pages of memfds under buffers that are not released, by their list. */
  private final Map<SgTable, PinnedPages> pinned = new IdentityHashMap<>();

  UserSpace(
      DmaBufEngineContext yard,
      SharedBuffers core,
      FenceContainers containers,
      Narrator narrator) {
    this.yard = yard;
    this.core = core;
    this.narrator = narrator;
    this.containers = containers;
    this.store = new PageStore(yard);
  }

  SharedBuffers core() {
    return core;
  }

  Narrator narrator() {
    return narrator;
  }

  /** The driver behind a device node. */
  Optional<UserFile> deviceNode(String path) {
    if (path.equals(UDMABUF_NODE)) {
      return Optional.of(new UdmabufFile(this, yard.kernel(), narrator));
    }
    return path.startsWith(HEAP_NODES)
        ? heaps().stream()
            .filter(heap -> heap.name().equals(path.substring(HEAP_NODES.length())))
            .findFirst()
            .map(heap -> new HeapFile(heap, this))
        : Optional.empty();
  }

  List<DmaHeap> heaps() {
    return DmaHeaps.of(yard);
  }

  Memfd memfd(boolean huge, int seals) {
    return new Memfd(store, yard.cache(), huge, seals);
  }

  SyncFile syncFile(Reservation reservation, FenceUsage usage) {
    return new SyncFile(containers.singleton(reservation, usage), containers, yard.kernel());
  }

  // ---- buffers of pages ----

  /**
   * dma_heap_buffer_alloc().
   *
   * @return a descriptor of the new buffer, or an errno
   */
  int heapBuffer(DmaHeap heap, long sizeBytes, DescriptorTable process, int flags) {
    Optional<SgTable> pages = heap.allocate(store, sizeBytes);
    if (pages.isEmpty()) {
      return Errno.ENOMEM.rc();
    }
    narrator.decided(
        heap.rule(),
        "heap:" + heap.name(),
        heap.from()
            + " in "
            + counted(pages.get().origNents(), "run")
            + ", zeroed: "
            + sizeBytes
            + " bytes",
        "size",
        Long.toString(sizeBytes),
        "entries",
        Integer.toString(pages.get().origNents()));
    return orGiveBack(
        pages.get(),
        () -> descriptor(pages.get(), sizeBytes, heap.name(), heap.ops(), process, flags));
  }

  /** The end of udmabuf_create(): a descriptor, or an errno and no page is held. */
  int udmabuf(PinnedPages pages, DescriptorTable process, int flags) {
    SgTable list = pages.list(store);
    pinned.put(list, pages);
    narrator.decided(
        CoreRules.UDMABUF,
        UDMABUF,
        pages.sizeBytes()
            + " bytes of memory files pinned, in "
            + counted(list.origNents(), "run")
            + " of neighbouring pages",
        "size",
        Long.toString(pages.sizeBytes()),
        "entries",
        Integer.toString(list.origNents()));
    return orGiveBack(
        list, () -> descriptor(list, pages.sizeBytes(), UDMABUF, UDMABUF, process, flags));
  }

  /** Without a descriptor nobody has the pages; nor where there are no ops to export them with. */
  private int orGiveBack(SgTable pages, IntSupplier export) {
    int fd;
    try {
      fd = export.getAsInt();
    } catch (BadInputException | PlugInException noOps) {
      giveBack(pages);
      throw noOps;
    }
    if (fd < 0) {
      giveBack(pages);
    }
    return fd;
  }

  /** dma_buf_export() and dma_buf_fd(); the descriptor takes the buffer's first reference. */
  private int descriptor(
      SgTable pages,
      long sizeBytes,
      String device,
      String ops,
      DescriptorTable process,
      int flags) {
    ExportedMemory memory =
        new ExportedMemory(
            yard.miscDevice(device), sizeBytes, Optional.empty(), Optional.of(pages));
    ExportResult result = core.export(memory, OpsPolicy.MAINLINE, ops, Optional.empty());
    if (result.buffer().isEmpty()) {
      return result.rc();
    }
    SharedBuffer buffer = SharedBuffers.live(result.buffer().get());
    int fd = process.install(new BufferFile(buffer, this), flags);
    if (fd < 0) {
      core.put(buffer);
    }
    return fd;
  }

  /** A buffer is gone: the pages that came with it go back. */
  void released(SharedBuffer buffer) {
    buffer.memory().pages().ifPresent(this::giveBack);
  }

  /** Pages of a driver, on nobody's behalf. */
  Optional<SgTable> driverPages(long sizeBytes, PageBlocks blocks) {
    return DriverPages.allocate(store, sizeBytes, blocks);
  }

  void giveBack(SgTable pages) {
    store.release(pages);
    unpin(pages);
  }

  private static String counted(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  private void unpin(SgTable pages) {
    Optional.ofNullable(pinned.remove(pages)).ifPresent(PinnedPages::release);
  }
}
