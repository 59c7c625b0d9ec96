package org.bufferyard.yard.guard;

import java.util.function.IntConsumer;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.registry.PlugInException;

/** A buffer's ops whose surprises come out as a {@link PlugInException} that names them. */
public final class GuardedOps implements DmaBufOps {
  private final DmaBufOps plugIn;
  private final PlugIn who;
  private final BufferLifecycle lifecycle;
  private final CpuAccessOps cpu;
  private final IntConsumer buffers;

  /** Whether a buffer has these ops. */
  private boolean live;

  /**
   * @param buffers told 1 when the ops have a buffer, -1 when it is released
   */
  public GuardedOps(DmaBufOps plugIn, PlugIn who, IntConsumer buffers) {
    this.plugIn = plugIn;
    this.who = who;
    this.buffers = buffers;
    this.lifecycle = new Lifecycle(who.call("lifecycle", plugIn::lifecycle), who, this::released);
    this.cpu = new Cpu(who.call("cpu", plugIn::cpu), who);
  }

  @Override
  public OpsTraits traits() {
    return who.call("traits", plugIn::traits);
  }

  @Override
  public SgResult getSgtable() {
    SgResult base = who.call("getSgtable", plugIn::getSgtable);
    if (!live && base.table().isPresent()) {
      // The last thing that an export asks: with a table there is a buffer.
      live = true;
      buffers.accept(1);
    }
    return base;
  }

  private void released() {
    if (live) {
      live = false;
      buffers.accept(-1);
    }
  }

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    return who.call("mapSg", () -> plugIn.mapSg(attachment, direction));
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    who.run("unmapSg", () -> plugIn.unmapSg(attachment, table, direction));
  }

  @Override
  public BufferLifecycle lifecycle() {
    return lifecycle;
  }

  @Override
  public CpuAccessOps cpu() {
    return cpu;
  }

  private record Lifecycle(BufferLifecycle plugIn, PlugIn who, Runnable released)
      implements BufferLifecycle {
    @Override
    public int attach(DmaBufAttachment attachment) {
      return who.callInt("attach", () -> plugIn.attach(attachment));
    }

    @Override
    public void detach(DmaBufAttachment attachment) {
      who.run("detach", () -> plugIn.detach(attachment));
    }

    @Override
    public void release() {
      released.run();
      who.run("release", plugIn::release);
    }

    @Override
    public boolean revoke() {
      return who.call("revoke", plugIn::revoke);
    }

    @Override
    public int pin(DmaBufAttachment attachment) {
      return who.callInt("pin", () -> plugIn.pin(attachment));
    }

    @Override
    public void unpin(DmaBufAttachment attachment) {
      who.run("unpin", () -> plugIn.unpin(attachment));
    }
  }

  private record Cpu(CpuAccessOps plugIn, PlugIn who) implements CpuAccessOps {
    @Override
    public int beginCpuAccess(DmaDirection direction) {
      return who.callInt("beginCpuAccess", () -> plugIn.beginCpuAccess(direction));
    }

    @Override
    public int endCpuAccess(DmaDirection direction) {
      return who.callInt("endCpuAccess", () -> plugIn.endCpuAccess(direction));
    }

    @Override
    public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
      return who.call("mmap", () -> plugIn.mmap(pageOffset, sizeBytes, shared));
    }

    @Override
    public MapResult vmap() {
      return who.call("vmap", plugIn::vmap);
    }

    @Override
    public void vunmap() {
      who.run("vunmap", plugIn::vunmap);
    }
  }
}
