package org.bufferyard.check.dmadebug;

import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.osgi.service.component.annotations.Component;

/**
 * CONFIG_DMA_API_DEBUG with {@code all_errors=1} ({@code kernel/dma/debug.c}, section I). Stateless;
 * safe for any thread.
 */
@Component
public final class DmaDebug implements CheckRule {
  /**
   * Entries that may be live at once. The kernel starts with 65,536 and takes a page more whenever
   * they run out, until memory does; here it ends well before, since one process may watch many
   * streams.
   */
  private static final long CAPACITY = 1L << 18;

  @Override
  public Finding.Family family() {
    return Finding.Family.DMA_DEBUG;
  }

  @Override
  public Watch open(CheckSite site) {
    return new DebugWatch(site, CAPACITY);
  }
}
