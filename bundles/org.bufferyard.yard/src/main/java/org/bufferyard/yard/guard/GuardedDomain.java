package org.bufferyard.yard.guard;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.platform.registry.PlugInException;

/**
 * A domain whose surprises come out as a {@link PlugInException} that names it. After its plug-in hung,
 * undoing succeeds without it: nothing translates through it any more.
 */
public final class GuardedDomain implements IommuDomain, TableWalk {
  private final IommuDomain plugIn;
  private final PlugIn who;

  GuardedDomain(IommuDomain plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  public PlugIn who() {
    return who;
  }

  /** The plug-in's own object, which its IOMMU knows. */
  IommuDomain plugIn() {
    return plugIn;
  }

  @Override
  public Geometry geometry() {
    return who.call("geometry", plugIn::geometry);
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    final Watch.Call call = who.enter("map");
    final long mapped;
    try {
      mapped = plugIn.map(iova, phys, pageSize, count, prot);
    } catch (Throwable thrown) {
      throw who.failure(call, "map", thrown);
    }
    who.leave(call);
    return mapped;
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (who.isCutOff()) {
      return pageSize * count;
    }
    final Watch.Call call = who.enter("unmap");
    final long unmapped;
    try {
      unmapped = plugIn.unmap(iova, pageSize, count);
    } catch (Throwable thrown) {
      throw who.failure(call, "unmap", thrown);
    }
    who.leave(call);
    return unmapped;
  }

  @Override
  public long iovaToPhys(long iova) {
    final Watch.Call call = who.enter("iovaToPhys");
    final long phys;
    try {
      phys = plugIn.iovaToPhys(iova);
    } catch (Throwable thrown) {
      throw who.failure(call, "iovaToPhys", thrown);
    }
    who.leave(call);
    return phys;
  }

  @Override
  public void sync() {
    if (who.isCutOff()) {
      return;
    }
    final Watch.Call call = who.enter("sync");
    try {
      plugIn.sync();
    } catch (Throwable thrown) {
      throw who.failure(call, "sync", thrown);
    }
    who.leave(call);
  }

  @Override
  public void flushAll() {
    if (who.isCutOff()) {
      return;
    }
    final Watch.Call call = who.enter("flushAll");
    try {
      plugIn.flushAll();
    } catch (Throwable thrown) {
      throw who.failure(call, "flushAll", thrown);
    }
    who.leave(call);
  }

  /** Nothing when the plug-in does not show its table. */
  @Override
  public List<Entry> entries(long iova) {
    return plugIn instanceof TableWalk table
        ? who.call("entries", () -> table.entries(iova))
        : List.of();
  }

  @Override
  public Map<String, Long> configuration() {
    return plugIn instanceof TableWalk table
        ? who.call("configuration", table::configuration)
        : Map.of();
  }

  @Override
  public void close() {
    who.close(plugIn::close);
  }
}
