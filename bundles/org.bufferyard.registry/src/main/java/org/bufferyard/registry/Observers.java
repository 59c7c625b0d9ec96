package org.bufferyard.registry;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.bufferyard.platform.registry.KindsObserver;

/**
 * Who wants to know what becomes of the plug-ins. Safe for any thread; holds no lock while it calls,
 * and an observer that throws keeps nobody from being told.
 */
final class Observers {
  private static final System.Logger LOG = System.getLogger(Observers.class.getName());

  private final List<KindsObserver> all = new CopyOnWriteArrayList<>();

  void add(KindsObserver observer) {
    all.add(observer);
  }

  void remove(KindsObserver observer) {
    all.remove(observer);
  }

  void changed(Class<?> type) {
    tell(observer -> observer.changed(type));
  }

  void leaving(Class<?> type, Object kind) {
    tell(observer -> observer.leaving(type, kind));
  }

  private void tell(Consumer<KindsObserver> news) {
    for (KindsObserver observer : all) {
      try {
        news.accept(observer);
      } catch (RuntimeException | LinkageError | AssertionError thrown) {
        LOG.log(
            Level.ERROR, "an observer of the plug-ins failed: " + observer.getClass().getName(), thrown);
      }
    }
  }
}
