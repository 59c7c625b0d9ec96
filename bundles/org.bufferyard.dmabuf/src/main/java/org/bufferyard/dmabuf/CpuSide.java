package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.OpsTraits.Member;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.memory.PageRef;

/** CPU access, user mappings and kernel mappings of a buffer (F7, F8). */
final class CpuSide {
  private final Narrator narrator;

  /** WARN_ON_ONCE() of a failed vmap: once a boot, here once a yard. */
  private boolean warnedOfVmap;

  CpuSide(Narrator narrator) {
    this.narrator = narrator;
  }

  /** The exporter first, then the fences; begin and end are not balanced by the core. */
  int begin(SharedBuffer buffer, DmaDirection direction) {
    narrator.emit(new DmaEvent.CpuAccess(buffer.id(), direction.code(), true));
    int rc = buffer.has(Member.BEGIN_CPU_ACCESS) ? buffer.ops().cpu().beginCpuAccess(direction) : 0;
    if (rc != 0) {
      return rc;
    }
    boolean write = direction == DmaDirection.BIDIRECTIONAL || direction == DmaDirection.TO_DEVICE;
    return buffer
        .reservation()
        .waitInterruptible(FenceUsage.toWaitFor(write), buffer.id(), narrator);
  }

  int end(SharedBuffer buffer, DmaDirection direction) {
    narrator.emit(new DmaEvent.CpuAccess(buffer.id(), direction.code(), false));
    return buffer.has(Member.END_CPU_ACCESS) ? buffer.ops().cpu().endCpuAccess(direction) : 0;
  }

  /** mmap() on the descriptor: the limit is whole pages of the buffer (vectors, observation 21). */
  MapResult mmap(SharedBuffer buffer, long pageOffset, long sizeBytes, boolean shared) {
    long pages = PageRef.align(sizeBytes) >>> PageRef.SHIFT;
    if (sizeBytes == 0) {
      return MapResult.failed(Errno.EINVAL.rc());
    }
    if (Long.compareUnsigned(pageOffset + pages, pageOffset) < 0) {
      return MapResult.failed(Errno.EOVERFLOW.rc());
    }
    long limit = buffer.sizeBytes() >>> PageRef.SHIFT;
    if (Long.compareUnsigned(pageOffset + pages, limit) > 0) {
      narrator.decided(
          CoreRules.MMAP,
          buffer.id(),
          "pages "
              + Long.toUnsignedString(pageOffset)
              + " + "
              + Long.toUnsignedString(pages)
              + " > "
              + limit
              + " whole pages of the buffer: -EINVAL",
          "pageOffset",
          Long.toUnsignedString(pageOffset),
          "pages",
          Long.toUnsignedString(pages),
          "limit",
          Long.toString(limit));
      return MapResult.failed(Errno.EINVAL.rc());
    }
    if (!buffer.has(Member.MMAP)) {
      return MapResult.failed(Errno.EINVAL.rc());
    }
    MapResult result = buffer.ops().cpu().mmap(pageOffset, sizeBytes, shared);
    if (result.mapping().isPresent()) {
      buffer.get();
      buffer.addUserMapping(1);
      narrator.emit(new DmaEvent.UserMapped(buffer.id(), pageOffset, sizeBytes));
    }
    return result;
  }

  /** Counted: the exporter is asked for the first mapping only. */
  MapResult vmap(SharedBuffer buffer) {
    if (!buffer.has(Member.VMAP)) {
      return MapResult.failed(Errno.EINVAL.rc());
    }
    if (buffer.vmapping().isPresent()) {
      buffer.setVmapping(buffer.kernelMappings() + 1, buffer.vmapping());
      return MapResult.of(buffer.vmapping().get());
    }
    MapResult result = buffer.ops().cpu().vmap();
    if (result.mapping().isPresent()) {
      buffer.setVmapping(1, result.mapping());
    } else if (!warnedOfVmap) {
      warnedOfVmap = true;
      narrator.warning(CoreRules.VMAP, buffer.id(), "the exporter's vmap failed");
    }
    return result;
  }

  void vunmap(SharedBuffer buffer) {
    if (buffer.kernelMappings() == 0) {
      String text = "vunmap of a buffer that is not mapped: kernel BUG";
      narrator.emit(new DmaEvent.Oopsed(CoreRules.VUNMAP, buffer.id(), text));
      throw new KernelOops(CoreRules.VUNMAP, text);
    }
    int left = buffer.kernelMappings() - 1;
    Regardless work = new Regardless();
    if (left == 0 && buffer.has(Member.VUNMAP)) {
      work.run(buffer.ops().cpu()::vunmap);
    }
    buffer.setVmapping(left, left == 0 ? Optional.empty() : buffer.vmapping());
    work.rethrow();
  }
}
