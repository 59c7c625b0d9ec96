package org.bufferyard.platform.yard;

import java.util.function.Supplier;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory as the cores of a yard see it: through their caches, or past them where a mapping is not
 * cacheable. What the cores keep from memory, and memory from them, is docs/caches.md. Addresses are
 * physical, lengths bytes. Engine thread only.
 */
@ProviderType
public interface CpuCache {
  /** What the cache holds of a line. */
  enum Line {
    NONE,
    /** The same as memory. */
    CLEAN,
    /** Newer than memory. */
    DIRTY,
    /** Older than memory. */
    OUTDATED
  }

  /** The line that holds this byte. */
  Line line(long phys);

  /** A core loads through a mapping with these attributes. */
  void read(long phys, Pgprot alias, byte[] into, int offset, int length);

  /** A core stores through a mapping with these attributes. */
  void write(long phys, Pgprot alias, byte[] from, int offset, int length);

  /** A core clears memory through a mapping with these attributes. */
  void zero(long phys, Pgprot alias, long length);

  /** Writes dirty lines back to the point of coherency and keeps them. */
  void clean(long phys, long length);

  /**
   * Drops lines, dirty ones with their bytes; a line that the range covers only in part is written
   * back first, as {@code dcache_inval_poc} does.
   */
  void invalidate(long phys, long length);

  /**
   * Memory got an uncached or write-combining mapping beside its cacheable linear one: its lines are
   * written back and dropped, and whoever uses the cacheable alias from now on is reported.
   */
  void uncachedAlias(long phys, long length);

  /** Memory went back to its allocator: lines are written back and dropped. */
  void forget(long phys, long length);

  /**
   * Works as if every access saw what was written last, and reports nothing: what would be read if
   * all were coherent. Writes are not to be made meanwhile.
   */
  <T> T coherently(Supplier<T> reading);

  /** Cores without caches: every access is memory's, and maintenance does nothing. */
  static CpuCache none(PhysMemory memory) {
    return new NoCache(memory);
  }
}
