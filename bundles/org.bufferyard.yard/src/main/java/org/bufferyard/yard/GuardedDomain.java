package org.bufferyard.yard;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.platform.registry.PlugInException;

/** A domain whose surprises come out as a {@link PlugInException} that names it. */
final class GuardedDomain implements IommuDomain, TableWalk {
  private final IommuDomain plugIn;
  private final PlugIn who;

  GuardedDomain(IommuDomain plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  PlugIn who() {
    return who;
  }

  /** The plug-in's own object, which its IOMMU knows. */
  IommuDomain plugIn() {
    return plugIn;
  }

  @Override
  public Geometry geometry() {
    try {
      return who.notNull(plugIn.geometry(), "geometry");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("geometry", thrown);
    }
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    try {
      return plugIn.map(iova, phys, pageSize, count, prot);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("map", thrown);
    }
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    try {
      return plugIn.unmap(iova, pageSize, count);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("unmap", thrown);
    }
  }

  @Override
  public long iovaToPhys(long iova) {
    try {
      return plugIn.iovaToPhys(iova);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("iovaToPhys", thrown);
    }
  }

  @Override
  public void sync() {
    try {
      plugIn.sync();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("sync", thrown);
    }
  }

  /** Nothing when the plug-in does not show its table. */
  @Override
  public List<Entry> entries(long iova) {
    try {
      return plugIn instanceof TableWalk table
          ? who.notNull(table.entries(iova), "entries")
          : List.of();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("entries", thrown);
    }
  }

  @Override
  public Map<String, Long> configuration() {
    try {
      return plugIn instanceof TableWalk table
          ? who.notNull(table.configuration(), "configuration")
          : Map.of();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("configuration", thrown);
    }
  }

  @Override
  public void close() {
    try {
      plugIn.close();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("close", thrown);
    }
  }
}
