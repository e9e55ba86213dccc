; Sharpens the top layer of photo.jpg; the result is saved above it in photo.xcf.
(script-fu-use-v3)
(let* ((image (gimp-file-load RUN-NONINTERACTIVE "photo.jpg"))
       (layers (gimp-image-get-layers image)))
  (plug-in-remote-sharpen #:image image
                          #:drawables (vector (vector-ref layers 0))
                          #:service "this-computer"
                          #:model "Lens Blur V2"
                          #:strength 0.8)
  (gimp-file-save RUN-NONINTERACTIVE image "photo.xcf")
  (gimp-image-delete image))
