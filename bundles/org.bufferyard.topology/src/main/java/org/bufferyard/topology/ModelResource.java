package org.bufferyard.topology;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.eclipse.emf.common.util.URI;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.xmi.XMLHelper;
import org.eclipse.emf.ecore.xmi.XMLLoad;
import org.eclipse.emf.ecore.xmi.XMLResource;
import org.eclipse.emf.ecore.xmi.impl.SAXXMIHandler;
import org.eclipse.emf.ecore.xmi.impl.XMILoadImpl;
import org.eclipse.emf.ecore.xmi.impl.XMIResourceImpl;
import org.xml.sax.helpers.DefaultHandler;

/** XMI as our files have it, remembering on which line each element stands. */
final class ModelResource extends XMIResourceImpl {
  private final Map<EObject, Integer> lines = new IdentityHashMap<>();

  ModelResource(String name) {
    super(URI.createURI(name));
    setIntrinsicIDToEObjectMap(new HashMap<>());
    setEncoding("UTF-8");
  }

  /** Line of an element; 0 for one that was not read. */
  int line(EObject element) {
    return lines.getOrDefault(element, 0);
  }

  @Override
  protected XMLLoad createXMLLoad() {
    return new XMILoadImpl(createXMLHelper()) {
      @Override
      protected DefaultHandler makeDefaultHandler() {
        return new LineHandler(ModelResource.this, helper, options);
      }
    };
  }

  private static final class LineHandler extends SAXXMIHandler {
    private final ModelResource target;

    LineHandler(ModelResource resource, XMLHelper helper, Map<?, ?> options) {
      super((XMLResource) resource, helper, options);
      target = resource;
    }

    @Override
    protected void processObject(EObject object) {
      if (object != null) {
        target.lines.put(object, getLineNumber());
      }
      super.processObject(object);
    }
  }
}
