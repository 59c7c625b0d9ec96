package org.bufferyard.feature;

import java.util.Collection;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.bundle.FindHook;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps the folder's watcher away from bundles that are not the folder's.
 *
 * <p>Without it the watcher, given a jar whose name and version are installed already, updates that
 * bundle in place and uninstalls it when the jar leaves, whoever it belongs to. Hidden from it, the
 * bundle collides instead, and the framework asks here. An update by hand does want two of one name
 * and version, for a moment.
 */
@Component
public final class FolderGuard implements FindHook, CollisionHook {
  private final BundleOwners owners;

  @Activate
  public FolderGuard(@Reference BundleOwners owners) {
    this.owners = owners;
  }

  @Override
  public void find(BundleContext context, Collection<Bundle> bundles) {
    if (isWatcher(context.getBundle())) {
      bundles.removeIf(bundle -> bundle.getBundleId() != 0 && !owners.isFolders(bundle));
    }
  }

  @Override
  public void filterCollisions(int operation, Bundle target, Collection<Bundle> collisions) {
    if (operation == INSTALLING) {
      collisions.removeIf(owners::isBeingReplaced);
    }
    if (operation == INSTALLING && isWatcher(target)) {
      for (Bundle bundle : collisions) {
        System.err.printf(
            "plug-in folder: %s belongs to %s; remove it there first%n",
            Installation.label(bundle), owners.of(bundle));
      }
    }
  }

  private static boolean isWatcher(Bundle bundle) {
    return BundleOwners.WATCHER.equals(bundle.getSymbolicName());
  }
}
