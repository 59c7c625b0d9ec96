package org.bufferyard.check.stream;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.check.stream.FenceBook.Added;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * Who writes waits for readers and writers first, who reads waits for writers (F11): a device that
 * touches a buffer while a fence of another device says that it still does. Fences of which the stream
 * does not say whose they are prove nothing. Stateless; safe for any thread.
 */
@Component
public final class ImplicitSyncRule implements CheckRule {
  private static final Rule SYNC = Rule.of("F11", "dma_resv_usage_rw");
  private static final int REPORTED = 1024;

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new SyncWatch(new Reports(site));
  }

  /** One finding for each is enough. */
  private record Clash(String device, Clue added) {}

  private static final class SyncWatch implements Watch {
    private final Reports reports;
    private final FenceBook fences = new FenceBook();
    private final BufferPlaces places = new BufferPlaces();
    private final Map<Clash, Boolean> reported = new Recent<>(REPORTED);

    private SyncWatch(Reports reports) {
      this.reports = reports;
    }

    @Override
    public void see(Clue clue) {
      fences.see(clue);
      places.see(clue.event());
      if (clue.event() instanceof DmaEvent.DeviceAccess access && !fences.isEmpty()) {
        touched(access, clue);
      }
    }

    private void touched(DmaEvent.DeviceAccess access, Clue clue) {
      Optional<String> buffer = places.at(access.element(), access.address());
      if (buffer.isEmpty()) {
        return;
      }
      int waitsFor = FenceUsage.toWaitFor(access.write()).ordinal();
      for (Added added : fences.in(buffer.get())) {
        Optional<String> owner = fences.owner(added.point());
        if (added.usage() <= waitsFor
            && owner.isPresent()
            && !owner.get().equals(access.element())
            && reported.put(new Clash(access.element(), added.added()), true) == null) {
          reports.error(
              SYNC,
              access.element(),
              reports.name(access.element())
                  + (access.write() ? " writes " : " reads ")
                  + buffer.get()
                  + " while "
                  + reports.name(owner.get())
                  + " is not done with it: "
                  + FenceBook.text(added.point())
                  + " of class "
                  + FenceUsage.values()[added.usage()]
                  + " is not signaled",
              added.added(),
              clue);
        }
      }
    }
  }
}
